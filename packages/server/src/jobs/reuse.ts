import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import type { ExtraFile, ModelFile } from '@image2model/protocol';
import type { Engine, NewFile, NewJob } from '../engine/contract.ts';
import { FileMissingError } from '../files/contract.ts';
import type { FileStore } from '../files/contract.ts';
import { extraKey, modelKey, previewKey } from '../files/keys.ts';
import { extraFilenames, modelFilename, previewFilename } from '../files/names.ts';
import { removeResult } from './store-result.ts';

interface ReuseContext {
  engine: Pick<Engine, 'earlierResult'>;
  files: FileStore;
}

/**
 * Results of a new job's files that the same owner has had made before of the same image with the same model, options
 * and face limit, by file id. Their files are copied below the new job, so that each of the two jobs can be removed by
 * itself. What is gone, or not whole any more, is left to be generated.
 */
export async function reuseResults(context: ReuseContext, job: NewJob): Promise<Map<string, ModelFile>> {
  const results = new Map<string, ModelFile>();
  for (const file of job.files) {
    const earlier = await context.engine.earlierResult({ ...job, sha256: file.sha256 });
    if (earlier === undefined) continue;
    const result = await takeOver(context.files, earlier, job, file);
    if (result !== undefined) results.set(file.fileId, result);
  }
  return results;
}

async function takeOver(
  store: FileStore,
  earlier: { jobId: string; result: ModelFile },
  { jobId, files }: NewJob,
  { fileId }: NewFile,
): Promise<ModelFile | undefined> {
  const from = [earlier.jobId, earlier.result.file_id] as const;
  // What it cost was paid then.
  const { cost: _, rendered_image: preview, extra_files: extras = [], ...result } = earlier.result;
  try {
    await store.copy(modelKey(...from), modelKey(jobId, fileId));
    if ((await sha256Of(store, modelKey(jobId, fileId))) !== result.sha256) throw new FileMissingError('Not whole');
    if (preview) await store.copy(previewKey(...from), previewKey(jobId, fileId));
    for (const index of extras.keys()) await store.copy(extraKey(...from, index), extraKey(jobId, fileId, index));
  } catch (error) {
    if (!(error instanceof FileMissingError)) throw error;
    // The earlier job is being removed, or somebody has been at its files.
    await removeResult(store, jobId, fileId);
    return undefined;
  }
  const filename = modelFilename(files, fileId);
  const url = (name: string): string => `/api/v1/download/${jobId}/${encodeURIComponent(name)}`;
  const names = extraFilenames(files, fileId, extras.map(extraName(result.filename)));
  const renamed = extras.map((extra, index): ExtraFile => {
    const name = names[index] ?? extra.filename;
    return { ...extra, filename: name, url: url(name) };
  });
  return {
    ...result,
    file_id: fileId,
    filename,
    created_time: new Date().toISOString(),
    rendered_image: preview ? { url: url(previewFilename(filename)) } : null,
    reused: true,
    ...(renamed.length > 0 && { extra_files: renamed }),
  };
}

async function sha256Of(store: FileStore, key: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(await store.open(key), hash);
  return hash.digest('hex');
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
