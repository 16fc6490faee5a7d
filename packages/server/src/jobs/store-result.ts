import { message } from '@image2model/protocol';
import type { ExtraFile, ModelFile } from '@image2model/protocol';
import type { FileStore } from '../files/contract.ts';
import { allDone } from '../all-done.ts';
import { attemptName, extraKey, modelKey, previewKey, resultsPrefix } from '../files/keys.ts';
import type { AttemptPlace } from '../files/keys.ts';
import { downloadPath, extraFilenames, modelFilename, previewFilename } from '../files/names.ts';
import { ModelError } from '../models/errors.ts';
import type { Extra, Generated } from '../models/contract.ts';
import { inspectGlb } from '../models/remote/glb.ts';

/** The attempt whose result is stored. */
interface ResultPlace extends AttemptPlace {
  /** All files of the job: the model's name depends on them, so that a second attempt gives the same one. */
  files: readonly { fileId: string; filename: string }[];
}

/**
 * Writes a model and what came with it into the store and describes them. Every key is of this attempt alone, so nothing
 * that another one stored is touched. Throws a {@link ModelError} when what was generated is no binary glTF.
 */
export async function storeResult(
  store: FileStore,
  place: ResultPlace,
  generated: Generated,
  options: { signal: AbortSignal; seconds: number },
): Promise<ModelFile> {
  const { jobId, fileId } = place;
  const { glb, preview, statistics, cost, extras = [] } = generated;
  if (inspectGlb(glb).kind !== 'glb') throw new ModelError('GENERATION_FAILED', message('file.result_invalid'));
  const filename = modelFilename(place.files, fileId);
  const { signal, seconds } = options;
  // Together, so that they share the syncs of their folder.
  const writes = {
    model: store.write(modelKey(place), glb, { signal }),
    preview: preview ? store.write(previewKey(place), preview.bytes, { signal }) : Promise.resolve(null),
    extras: storeExtras(store, place, extras, signal),
  };
  await allDone<unknown>([writes.model, writes.preview, ...writes.extras]);
  const [{ sizeBytes, sha256 }, picture] = await Promise.all([writes.model, writes.preview]);
  const extraFiles = await Promise.all(writes.extras);
  return {
    file_id: fileId,
    filename,
    size: sizeBytes,
    mime_type: 'model/gltf-binary',
    created_time: new Date().toISOString(),
    rendered_image: picture
      ? { url: downloadPath(jobId, previewFilename(filename)), size: picture.sizeBytes, sha256: picture.sha256 }
      : null,
    sha256,
    statistics: { seconds, ...statistics },
    ...(cost !== undefined && { cost }),
    ...(extraFiles.length > 0 && { extra_files: extraFiles }),
  };
}

function storeExtras(
  store: FileStore,
  place: ResultPlace,
  extras: readonly Extra[],
  signal: AbortSignal,
): Promise<ExtraFile>[] {
  const names = extraFilenames(place.files, place.fileId, extras);
  return extras.map(async ({ bytes, contentType }, index) => {
    const filename = names[index] ?? '';
    const { sizeBytes, sha256 } = await store.write(extraKey(place, index), bytes, { signal });
    const url = downloadPath(place.jobId, filename);
    return { filename, size: sizeBytes, mime_type: contentType, url, sha256 };
  });
}

/** Removes whatever one attempt stored, and nothing of any other. Nothing happens where it stored nothing. */
export async function removeAttempt(
  store: Pick<FileStore, 'list' | 'remove'>,
  jobId: string,
  fileId: string,
  attemptId: string,
): Promise<void> {
  const prefix = resultsPrefix(jobId);
  const names = await Array.fromAsync(store.list(prefix));
  const own = names.filter((name) => name.startsWith(attemptName(fileId, attemptId)));
  for (const name of own) await store.remove(`${prefix}/${name}`);
}
