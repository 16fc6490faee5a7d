import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import type { ModelFile } from '@image2model/protocol';
import type { StoredResult } from '../engine/contract.ts';
import { FileMissingError } from '../files/contract.ts';
import type { FileStore } from '../files/contract.ts';
import { attemptName, modelKey, previewKey } from '../files/keys.ts';
import type { AttemptPlace } from '../files/keys.ts';
import { downloadPath, modelFilename, previewFilename } from '../files/names.ts';
import { inspectGlb } from '../models/remote/glb.ts';

interface Found {
  jobId: string;
  file: { fileId: string };
  /** All files of the job: a model's name depends on them. */
  files: readonly { fileId: string; filename: string }[];
  /** Of what lies among the job's results. */
  names: readonly string[];
}

/** Whether a model that was written down is there, byte for byte. */
export async function isWhole(
  store: Pick<FileStore, 'open'>,
  place: AttemptPlace,
  { sha256 }: Pick<ModelFile, 'sha256'>,
): Promise<boolean> {
  try {
    const hash = createHash('sha256');
    await pipeline(await store.open(modelKey(place)), hash);
    return hash.digest('hex') === sha256;
  } catch (error) {
    if (error instanceof FileMissingError) return false;
    throw error;
  }
}

/** The newest whole model of a file by its name, described from its bytes. What came beside it has no names any more. */
export async function findModel(
  store: Pick<FileStore, 'stat' | 'read'>,
  { jobId, file: { fileId }, files, names }: Found,
): Promise<StoredResult | undefined> {
  const own = names.filter((name) => name.startsWith(attemptName(fileId)) && name.endsWith('.glb'));
  const places = await Promise.all(
    own.map(async (name) => {
      // `<file>.glb` of an earlier version, `<file>.<attempt>.glb` otherwise.
      const attemptId = name.split('.').length === 2 ? null : (name.split('.')[1] ?? null);
      const place = { jobId, fileId, attemptId };
      return { place, modifiedAt: (await store.stat(modelKey(place)))?.modifiedAt ?? 0 };
    }),
  );
  for (const { place, modifiedAt } of places.toSorted((a, b) => b.modifiedAt - a.modifiedAt)) {
    const glb = await store.read(modelKey(place));
    const content = inspectGlb(glb);
    if (content.kind !== 'glb') continue;
    const filename = modelFilename(files, fileId);
    const preview = await store.stat(previewKey(place));
    const result: ModelFile = {
      file_id: fileId,
      filename,
      size: glb.byteLength,
      mime_type: 'model/gltf-binary',
      created_time: new Date(modifiedAt).toISOString(),
      rendered_image: preview ? { url: downloadPath(jobId, previewFilename(filename)) } : null,
      sha256: createHash('sha256').update(glb).digest('hex'),
      statistics: { faces: content.faces, vertices: content.vertices },
    };
    return { result, attemptId: place.attemptId };
  }
  return undefined;
}
