import type { ExtraFile, ModelFile } from '@image2model/protocol';
import type { FileStore } from '../files/contract.ts';
import { extraKey, extrasPrefix, modelKey, previewKey } from '../files/keys.ts';
import { extraFilenames, modelFilename, previewFilename } from '../files/names.ts';
import { ModelError } from '../models/errors.ts';
import type { Extra, Generated } from '../models/contract.ts';

/** `glTF` in the first four bytes of every binary glTF. */
const magic = 0x46546c67;

export interface ResultPlace {
  jobId: string;
  fileId: string;
  /** All files of the job: the model's name depends on them, so that a second run gives the same one. */
  files: readonly { fileId: string; filename: string }[];
}

/**
 * Writes a model and its preview into the store and describes them. Throws a {@link ModelError} when what was generated
 * is no binary glTF. A second run for the same file replaces the first one's.
 */
export async function storeResult(
  store: FileStore,
  place: ResultPlace,
  generated: Generated,
  options: { signal: AbortSignal; seconds: number },
): Promise<ModelFile> {
  const { jobId, fileId } = place;
  const { glb, preview, statistics, cost, extras = [] } = generated;
  if (!isBinaryGltf(glb)) throw new ModelError('GENERATION_FAILED', 'The result is not a model that can be read');
  const filename = modelFilename(place.files, fileId);
  const { signal, seconds } = options;
  if (preview) await store.write(previewKey(jobId, fileId), preview.bytes, { signal });
  const extraFiles = await storeExtras(store, place, extras, signal);
  const { sizeBytes, sha256 } = await store.write(modelKey(jobId, fileId), glb, { signal });
  return {
    file_id: fileId,
    filename,
    size: sizeBytes,
    mime_type: 'model/gltf-binary',
    created_time: new Date().toISOString(),
    rendered_image: preview
      ? { url: `/api/v1/download/${jobId}/${encodeURIComponent(previewFilename(filename))}` }
      : null,
    sha256,
    statistics: { seconds, ...statistics },
    ...(cost !== undefined && { cost }),
    ...(extraFiles.length > 0 && { extra_files: extraFiles }),
  };
}

async function storeExtras(
  store: FileStore,
  { jobId, fileId, files }: ResultPlace,
  extras: readonly Extra[],
  signal: AbortSignal,
): Promise<ExtraFile[]> {
  const names = extraFilenames(files, fileId, extras);
  const stored: ExtraFile[] = [];
  for (const [index, { bytes, contentType }] of extras.entries()) {
    const filename = names[index] ?? '';
    const { sizeBytes } = await store.write(extraKey(jobId, fileId, index), bytes, { signal });
    const url = `/api/v1/download/${jobId}/${encodeURIComponent(filename)}`;
    stored.push({ filename, size: sizeBytes, mime_type: contentType, url });
  }
  return stored;
}

/** Removes what {@link storeResult} wrote for a file that was cancelled in the meantime. */
export async function removeResult(store: FileStore, jobId: string, fileId: string): Promise<void> {
  await store.remove(previewKey(jobId, fileId));
  await store.remove(modelKey(jobId, fileId));
  await store.removePrefix(extrasPrefix(jobId, fileId));
}

function isBinaryGltf(bytes: Uint8Array): boolean {
  if (bytes.byteLength < 12) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return view.getUint32(0, true) === magic && view.getUint32(8, true) === bytes.byteLength;
}
