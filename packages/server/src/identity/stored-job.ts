import { createHash, randomUUIDv7 } from 'node:crypto';
import { message } from '@image2model/protocol';
import type { FileEnding, NewFile, NewJob, StoredMask, StoredResult } from '../engine/contract.ts';
import type { FileStore } from '../files/contract.ts';
import { imageKey, jobPrefix, masksPrefix, resultsPrefix } from '../files/keys.ts';
import { jobBegan } from '../jobs/job-id.ts';
import { readManifest } from '../jobs/manifest.ts';
import type { Manifest } from '../jobs/manifest.ts';
import { findModel, isWhole } from './stored-model.ts';

/** A job as it can be taken up again from its files, all of which have ended. */
export interface StoredJob {
  job: NewJob;
  /** When its last task ended, ms since the epoch; null where that is not known. */
  finishedAt: number | null;
  /** Whether the owner, the model and the names of the photos were known. */
  hasManifest: boolean;
}

/** What stands in for what nobody wrote down: jobs of versions before manifests have none. */
interface Unknowns {
  owner: string;
  model: string;
}

type StoredFile = NewFile & Partial<Pick<Manifest['files'][number], 'status' | 'message' | 'attemptId' | 'result'>>;

/** Reads what lies in a job's folder; undefined where there is neither a photo nor a model. */
export async function readStoredJob(
  store: FileStore,
  jobId: string,
  unknowns: Unknowns,
): Promise<StoredJob | undefined> {
  const manifest = await readManifest(store, jobId);
  const files: StoredFile[] = manifest?.files ?? (await findPhotos(store, jobId));
  const names = await Array.fromAsync(store.list(resultsPrefix(jobId)));
  const results = new Map<string, StoredResult>();
  const endings = new Map<string, FileEnding>();
  for (const file of files) {
    const result = await resultOf(store, { jobId, file, files, names });
    if (result !== undefined) results.set(file.fileId, result);
    else endings.set(file.fileId, endingOf(file));
  }
  const photos = await Promise.all(files.map(({ storageKey }) => store.stat(storageKey)));
  if (results.size === 0 && photos.every((photo) => photo === undefined)) return undefined;
  const { owner, model, options, faceLimit } = manifest ?? { ...unknowns, options: {}, faceLimit: null };
  const taskId = manifest?.taskIds.at(-1) ?? randomUUIDv7();
  const createdAt = manifest?.createdAt ?? jobBegan(jobId) ?? Date.now();
  return {
    job: { jobId, taskId, owner, model, options, faceLimit, files, results, endings, createdAt },
    finishedAt: manifest?.finishedAt ?? null,
    hasManifest: manifest !== undefined,
  };
}

async function resultOf(
  store: FileStore,
  found: { jobId: string; file: StoredFile; files: readonly StoredFile[]; names: readonly string[] },
): Promise<StoredResult | undefined> {
  const { jobId, file } = found;
  const { fileId, result, attemptId = null } = file;
  if (result && (await isWhole(store, { jobId, fileId, attemptId }, result))) return { result, attemptId };
  return await findModel(store, found);
}

/** Why a file has no model. Each of them can be made again. */
function endingOf({ status, message: said }: StoredFile): FileEnding {
  if (status === 'cancelled') return { status };
  const error = status === 'failed' && said ? said : message('file.adopted');
  return { status: 'failed', error, details: { code: 'GENERATION_FAILED', retryable: true } };
}

/** The photos of a job without a manifest: what is known of them are their bytes. */
async function findPhotos(store: FileStore, jobId: string): Promise<NewFile[]> {
  const { ImageError, inspectImage } = await import('@image2model/mesh');
  const photos: NewFile[] = [];
  const fileIds = await Array.fromAsync(store.list(`${jobPrefix(jobId)}/images`));
  const masks = await Array.fromAsync(store.list(masksPrefix(jobId)));
  for (const [index, fileId] of fileIds.toSorted().entries()) {
    const storageKey = imageKey(jobId, fileId);
    const bytes = await store.read(storageKey);
    try {
      const { contentType, width, height } = await inspectImage(bytes);
      const filename = `photo-${index + 1}.${contentType.slice('image/'.length)}`;
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const photo = {
        fileId,
        filename,
        contentType,
        sizeBytes: bytes.byteLength,
        sha256,
        pixels: width * height,
        storageKey,
      };
      const own = masks.filter((name) => name.startsWith(`${fileId}.`)).map((name) => `${masksPrefix(jobId)}/${name}`);
      photos.push({ ...photo, mask: await findMask(store, own, `photo-${index + 1}`) });
    } catch (error) {
      // Half of an upload, for instance.
      if (!(error instanceof ImageError)) throw error;
    }
  }
  return photos;
}

/** The newest of a photo's masks: those before it, and one that was never accepted, may still lie there. */
async function findMask(store: FileStore, keys: readonly string[], stem: string): Promise<StoredMask | undefined> {
  const { inspectMask } = await import('@image2model/mesh');
  const aged = await Promise.all(keys.map(async (key) => ({ key, at: (await store.stat(key))?.modifiedAt ?? 0 })));
  const [newest] = aged.toSorted((a, b) => b.at - a.at);
  if (newest === undefined) return undefined;
  const bytes = await store.read(newest.key);
  const contentType = await inspectMask(bytes).then(
    (image) => image.contentType,
    () => undefined,
  );
  if (contentType === undefined) return undefined;
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const filename = `${stem}.mask.${contentType.slice('image/'.length)}`;
  return { filename, contentType, sizeBytes: bytes.byteLength, sha256, storageKey: newest.key };
}
