import { randomUUID } from 'node:crypto';
import type { ExtraFile, ModelFile } from '@image2model/protocol';
import type { Engine, NewFile, NewJob, StoredResult } from '../engine/contract.ts';
import { FileMissingError } from '../files/contract.ts';
import type { FileStore } from '../files/contract.ts';
import { unfinishedUploadKey } from '../files/keys.ts';
import { listedFiles } from '../files/listed.ts';
import { downloadPath, extraFilenames, modelFilename, previewFilename } from '../files/names.ts';
import { removeAttempt } from './store-result.ts';

interface ReuseContext {
  engine: Pick<Engine, 'earlierResult'>;
  files: FileStore;
}

/**
 * Results of a new job's files that the same owner has had made before of the same image with the same mask, model,
 * options and face limit, by file id. Their files are copied below the new job, as an attempt of its own, so that each of the
 * two jobs can be removed by itself. What is gone, or not whole any more, is left to be generated. What says that the
 * upload is unfinished lies beside them, and goes once the job was accepted.
 */
export async function reuseResults(context: ReuseContext, job: NewJob): Promise<Map<string, StoredResult>> {
  const results = new Map<string, StoredResult>();
  let isNoted = false;
  for (const file of job.files) {
    const earlier = await context.engine.earlierResult({ ...job, sha256: file.sha256, mask: file.mask?.sha256 });
    if (earlier === undefined) continue;
    if (!isNoted) await context.files.write(unfinishedUploadKey(job.jobId), new Uint8Array());
    isNoted = true;
    const result = await copyResult(context.files, earlier, job, file);
    if (result !== undefined) results.set(file.fileId, result);
  }
  return results;
}

async function copyResult(
  store: FileStore,
  earlier: StoredResult & { jobId: string },
  { jobId, files }: NewJob,
  { fileId }: NewFile,
): Promise<StoredResult | undefined> {
  const attemptId = randomUUID();
  const from = { jobId: earlier.jobId, fileId: earlier.result.file_id, attemptId: earlier.attemptId };
  const to = { jobId, fileId, attemptId };
  const targets = listedFiles(to, earlier.result);
  try {
    for (const [index, file] of listedFiles(from, earlier.result).entries()) {
      const copied = await store.copy(file.key, targets[index]?.key ?? '');
      const { sizeBytes = copied.sizeBytes, sha256 = copied.sha256 } = file;
      if (copied.sizeBytes !== sizeBytes || copied.sha256 !== sha256) throw new FileMissingError('Not whole');
    }
  } catch (error) {
    if (!(error instanceof FileMissingError)) throw error;
    // The earlier job is being removed, or somebody has been at its files.
    await removeAttempt(store, jobId, fileId, attemptId);
    return undefined;
  }
  return { attemptId, result: reusedResult(earlier.result, { jobId, fileId, files }) };
}

/** The earlier result under the names and addresses of the new job. */
function reusedResult(
  earlier: ModelFile,
  { jobId, fileId, files }: { jobId: string; fileId: string; files: readonly NewFile[] },
): ModelFile {
  // What it cost was paid then.
  const { cost: _, rendered_image: preview, extra_files: extras = [], ...result } = earlier;
  const filename = modelFilename(files, fileId);
  const names = extraFilenames(files, fileId, extras.map(extraName(result.filename)));
  const renamed = extras.map((extra, index): ExtraFile => {
    const name = names[index] ?? extra.filename;
    return { ...extra, filename: name, url: downloadPath(jobId, name) };
  });
  return {
    ...result,
    file_id: fileId,
    filename,
    created_time: new Date().toISOString(),
    rendered_image: preview && { ...preview, url: downloadPath(jobId, previewFilename(filename)) },
    reused: true,
    ...(renamed.length > 0 && { extra_files: renamed }),
  };
}

/** What an extra file was called before its name was made of the model's: the reverse of `extraFilenames`. */
function extraName(modelName: string): (extra: ExtraFile) => { name: string; extension: string } {
  const own = modelName.replace(/\.glb$/, '');
  return ({ filename }) => {
    const dot = filename.lastIndexOf('.');
    const [stem, extension] = [filename.slice(0, dot), filename.slice(dot + 1)];
    return { name: stem === own ? extension : stem.slice(own.length + 1), extension };
  };
}
