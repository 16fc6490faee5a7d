import { message } from '@image2model/protocol';
import type { ModelFile } from '@image2model/protocol';
import type { JobFileRow, JobRow } from '../../engine/contract.ts';
import type { Converter } from '../../files/converter.ts';
import { FileMissingError } from '../../files/contract.ts';
import type { FileStore } from '../../files/contract.ts';
import { extraKey, modelKey, previewKey } from '../../files/keys.ts';
import type { AttemptPlace } from '../../files/keys.ts';
import { previewFilename } from '../../files/names.ts';
import type { Thumbnails } from '../../files/thumbnails.ts';
import { ApiError } from '../errors.ts';
import type { Sendable } from './send-file.ts';

/** What a finished model can be had as. */
export const formats = ['glb', 'obj', 'stl', 'ply', 'usdz'] as const;
export type Format = (typeof formats)[number];

/** A finished model of a job, and the attempt that stored it. */
export interface FinishedModel {
  place: AttemptPlace;
  result: ModelFile;
}

/** The finished models of a job, in the order of upload. */
export function finishedModels({ jobId, files }: JobRow): FinishedModel[] {
  return files.flatMap(({ fileId, attemptId, result }) =>
    result === null ? [] : [{ place: { jobId, fileId, attemptId }, result }],
  );
}

/** A photo as it was uploaded. */
export async function photoOf(store: FileStore, job: JobRow, fileId: string): Promise<Sendable & { row: JobFileRow }> {
  const row = job.files.find((file) => file.fileId === fileId);
  if (row === undefined) throw noSuchFile();
  return {
    ...(await stored(store, row.storageKey)),
    contentType: row.contentType,
    filename: row.filename,
    tag: row.sha256,
    inline: true,
    row,
  };
}

/** The photo's thumbnail. */
export async function smallPhotoOf(
  store: FileStore,
  thumbnails: Thumbnails,
  job: JobRow,
  fileId: string,
): Promise<Sendable> {
  const { row, ...photo } = await photoOf(store, job, fileId);
  const bytes = await thumbnails.get(job.jobId, fileId, row.storageKey).catch((error: unknown) => {
    throw error instanceof FileMissingError ? noSuchFile() : error;
  });
  return {
    ...photo,
    ...inMemory(bytes),
    contentType: 'image/webp',
    filename: photo.filename.replace(/\.\w+$/, '.webp'),
    tag: `${photo.tag}-small`,
  };
}

/** A model of the job, its picture or what came with it, by its name; a model in any of the formats. */
export async function resultOf(
  store: FileStore,
  converter: Converter,
  job: JobRow,
  { filename, format }: { filename: string; format: Format },
): Promise<Sendable> {
  const models = finishedModels(job);
  const model = models.find(({ result }) => result.filename === filename);
  if (model !== undefined) {
    const glb = await modelOf(store, model);
    return format === 'glb' ? glb : await convert(converter, glb, format);
  }
  const pictured = models.find(
    ({ result }) => result.rendered_image !== null && previewFilename(result.filename) === filename,
  );
  if (pictured !== undefined) return await previewOf(store, pictured);
  for (const candidate of models) {
    const index = candidate.result.extra_files?.findIndex((extra) => extra.filename === filename) ?? -1;
    if (index >= 0) return await extraOf(store, candidate, index);
  }
  throw noSuchFile();
}

async function modelOf(store: FileStore, { place, result }: FinishedModel): Promise<Sendable> {
  return {
    ...(await stored(store, modelKey(place))),
    contentType: result.mime_type,
    filename: result.filename,
    tag: result.sha256,
    inline: false,
  };
}

async function previewOf(store: FileStore, { place, result }: FinishedModel): Promise<Sendable> {
  return {
    ...(await stored(store, previewKey(place))),
    contentType: 'image/webp',
    filename: previewFilename(result.filename),
    // Drawn from the model, by it alone.
    tag: `${result.sha256}-preview`,
    inline: true,
  };
}

async function extraOf(store: FileStore, { place, result }: FinishedModel, index: number): Promise<Sendable> {
  const extra = result.extra_files?.[index];
  if (extra === undefined) throw noSuchFile();
  return {
    ...(await stored(store, extraKey(place, index))),
    contentType: extra.mime_type,
    filename: extra.filename,
    // Came with the model, from the same request.
    tag: `${result.sha256}-extra-${index}`,
    inline: false,
  };
}

async function convert(converter: Converter, model: Sendable, format: Exclude<Format, 'glb'>): Promise<Sendable> {
  const { bytes, contentType, extension } = await converter.convert(await readAll(model), format);
  return {
    ...inMemory(bytes),
    contentType,
    filename: model.filename.replace(/\.glb$/, `.${extension}`),
    tag: `${model.tag}-${format}`,
    modifiedAt: model.modifiedAt,
    inline: false,
  };
}

async function readAll(file: Sendable): Promise<Uint8Array> {
  const opened = await file.open();
  if (opened instanceof Uint8Array) return opened;
  return Buffer.concat(await opened.toArray());
}

function inMemory(bytes: Uint8Array): Pick<Sendable, 'sizeBytes' | 'open'> {
  return {
    sizeBytes: bytes.byteLength,
    open: async (range) => (range === undefined ? bytes : bytes.subarray(range.start, range.end + 1)),
  };
}

async function stored(store: FileStore, key: string): Promise<Pick<Sendable, 'sizeBytes' | 'modifiedAt' | 'open'>> {
  const stat = await store.stat(key);
  if (stat === undefined) throw noSuchFile();
  const open: Sendable['open'] = async (range) => {
    try {
      return await store.open(key, range);
    } catch (error) {
      // Removed between the two looks at it.
      if (error instanceof FileMissingError) throw noSuchFile();
      throw error;
    }
  };
  return { ...stat, open };
}

function noSuchFile(): ApiError {
  return new ApiError('FILE_NOT_FOUND', message('error.file_missing'));
}
