import { parse } from 'node:path';
import { message } from '@image2model/protocol';
import type { Message, ModelFile } from '@image2model/protocol';
import type { JobFileRow, JobRow } from '../../engine/contract.ts';
import type { Converter } from '../../files/converter.ts';
import { FileMissingError } from '../../files/contract.ts';
import type { FileStore } from '../../files/contract.ts';
import type { AttemptPlace } from '../../files/keys.ts';
import { listedFiles } from '../../files/listed.ts';
import { convertedFilename } from '../../files/names.ts';
import type { Thumbnails } from '../../files/thumbnails.ts';
import type { Facts, Verifier } from '../../files/verifier.ts';
import { ApiError } from '../errors.ts';
import { isStored, tagOf } from './format-query.ts';
import type { Form } from './format-query.ts';
import type { Sendable } from './send-file.ts';

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

/** What files are looked up with. */
export interface JobFilesContext {
  files: FileStore;
  verifier: Verifier;
}

/** A photo as it was uploaded. */
export async function photoOf(
  context: JobFilesContext,
  job: JobRow,
  fileId: string,
): Promise<Sendable & { row: JobFileRow }> {
  const row = job.files.find((file) => file.fileId === fileId);
  if (row === undefined) throw noSuchFile();
  const { filename, contentType } = row;
  return {
    ...(await stored(context, row.storageKey, row, message('error.photo_lost', { filename }))),
    contentType,
    filename,
    tag: row.sha256,
    inline: true,
    row,
  };
}

/** A photo's mask as it was uploaded. */
export async function maskOf(context: JobFilesContext, job: JobRow, fileId: string): Promise<Sendable> {
  const row = job.files.find((file) => file.fileId === fileId);
  if (row === undefined) throw noSuchFile();
  const { mask, filename: photo } = row;
  if (mask === undefined) throw new ApiError('FILE_NOT_FOUND', message('mask.missing'));
  const { filename, contentType, sha256: tag } = mask;
  const lost = message('mask.lost', { filename, photo });
  return { ...(await stored(context, mask.storageKey, mask, lost)), contentType, filename, tag, inline: true };
}

/** The photo's thumbnail. */
export async function smallPhotoOf(
  context: JobFilesContext,
  thumbnails: Thumbnails,
  job: JobRow,
  fileId: string,
): Promise<Sendable> {
  const { row, ...photo } = await photoOf(context, job, fileId);
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

/** A model of the job, its picture or what came with it, by its name; a model in any form. */
export async function resultOf(
  context: JobFilesContext,
  converter: Converter,
  job: JobRow,
  filename: string,
  form: Form,
): Promise<Sendable> {
  const named = finishedModels(job)
    .flatMap(({ place, result }) => listedFiles(place, result))
    .filter((file) => file.filename === filename);
  const file = named.find(({ kind }) => kind === 'model') ?? named.find(({ kind }) => kind === 'preview') ?? named[0];
  if (file === undefined) throw noSuchFile();
  const { kind, key, contentType, tag } = file;
  const sendable = {
    ...(await stored(context, key, file, message('error.file_lost', { filename }))),
    contentType,
    filename,
    tag,
    inline: kind === 'preview',
  };
  return kind === 'model' && !isStored(form) ? await convert(converter, sendable, form) : sendable;
}

async function convert(converter: Converter, model: Sendable, form: Form): Promise<Sendable> {
  const { format, placement } = form;
  const filename = convertedFilename(model.filename, format);
  const task = { glb: await readAll(model), format, placement, name: parse(filename).name };
  const { bytes, sha256, contentType } = await converter.convert(task);
  return {
    ...inMemory(bytes),
    contentType,
    filename,
    tag: tagOf(model.tag, form),
    sha256,
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

/** Throws `lost` where the file is not what was stored. */
async function stored(
  { files, verifier }: JobFilesContext,
  key: string,
  facts: Facts,
  lost: Message,
): Promise<Pick<Sendable, 'sizeBytes' | 'modifiedAt' | 'open'>> {
  const stat = await verifier.stat(key, facts);
  if (stat === undefined) throw new ApiError('FILE_LOST', lost);
  const open: Sendable['open'] = async (range) => {
    try {
      return await files.open(key, range);
    } catch (error) {
      // Removed between the two looks at it.
      if (error instanceof FileMissingError) throw new ApiError('FILE_LOST', lost);
      throw error;
    }
  };
  return { ...stat, open };
}

function noSuchFile(): ApiError {
  return new ApiError('FILE_NOT_FOUND', message('error.file_missing'));
}
