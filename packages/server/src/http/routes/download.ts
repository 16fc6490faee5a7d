import { downloadListSchema } from '@image2model/protocol';
import type { DownloadList, ModelFile } from '@image2model/protocol';
import { z } from 'zod';
import type { Converter } from '../../files/converter.ts';
import type { JobFileRow, JobRow } from '../../engine/contract.ts';
import { ApiError } from '../errors.ts';
import { FileMissingError } from '../../files/contract.ts';
import type { FileStore } from '../../files/contract.ts';
import { extraKey, modelKey, previewKey } from '../../files/keys.ts';
import { contentDisposition, previewFilename } from '../../files/names.ts';
import { createThumbnails } from '../../files/thumbnails.ts';
import { archiveStream } from './archive.ts';
import { ownJob } from '../../auth/access.ts';
import { jobFileParams, jobParams } from './context.ts';
import type { Api, RouteContext } from './context.ts';
import { sendFile } from './send-file.ts';
import type { Sendable } from './send-file.ts';

const formats = ['glb', 'obj', 'stl', 'ply', 'usdz'] as const;
const credentials = { api_key: z.string().optional(), ticket: z.string().optional() };
const methods: ('GET' | 'HEAD')[] = ['GET', 'HEAD'];
const tags = ['Download'];

/** Finished models, their pictures and the photos they were made from. */
export function downloadRoutes(app: Api, { engine, files, converter }: RouteContext): void {
  const thumbnails = createThumbnails(files);
  app.get(
    '/download/:job_id/all',
    {
      schema: {
        summary: 'The finished models of a job',
        tags,
        params: jobParams,
        querystring: z.object(credentials),
        response: { 200: downloadListSchema },
      },
    },
    async (request, reply) => {
      const job = await ownJob(engine, request.params.job_id, request.owner);
      reply.header('cache-control', 'no-store');
      return presentList(job);
    },
  );

  app.get(
    '/download/:job_id/archive',
    {
      schema: {
        summary: 'A ZIP of all finished models and their pictures',
        tags,
        params: jobParams,
        querystring: z.object(credentials),
        produces: ['application/zip'],
      },
    },
    async (request, reply) => {
      const job = await ownJob(engine, request.params.job_id, request.owner);
      const models = finished(job);
      if (models.length === 0) throw new ApiError('FILE_NOT_FOUND', 'No model of this job is finished.');
      reply.type('application/zip').header('cache-control', 'no-store');
      reply.header('content-disposition', contentDisposition('attachment', `image2model-${job.jobId}.zip`));
      return await reply.send(
        archiveStream(
          files,
          job.jobId,
          models.map(({ result }) => result),
        ),
      );
    },
  );

  app.route({
    method: methods,
    url: '/download/:job_id/photos/:file_id',
    schema: {
      summary: 'An image as it was uploaded; `size=small` makes it WebP of at most 512 × 512 pixels',
      tags,
      params: jobFileParams,
      querystring: z.object({ ...credentials, size: z.enum(['full', 'small']).default('full') }),
    },
    handler: async (request, reply) => {
      const job = await ownJob(engine, request.params.job_id, request.owner);
      const photo = job.files.find(({ fileId }) => fileId === request.params.file_id);
      if (photo === undefined) throw noSuchFile();
      const full: Sendable = {
        ...(await stored(files, photo.storageKey)),
        contentType: photo.contentType,
        filename: photo.filename,
        tag: photo.sha256,
        inline: true,
      };
      const { size } = request.query;
      return await sendFile(
        request,
        reply,
        size === 'small' ? await smaller(full, thumbnails.get(job.jobId, photo.fileId, photo.storageKey)) : full,
      );
    },
  });

  app.route({
    method: methods,
    url: '/download/:job_id/:filename',
    schema: {
      summary: 'A finished model or its picture; `format` converts a model',
      tags,
      params: jobParams.extend({ filename: z.string().min(1) }),
      querystring: z.object({ ...credentials, format: z.enum(formats).default('glb') }),
    },
    handler: async (request, reply) => {
      const job = await ownJob(engine, request.params.job_id, request.owner);
      const found = findFile(job, request.params.filename.normalize('NFC'));
      if (found === undefined) throw noSuchFile();
      const file = await locate(files, job.jobId, found);
      const { format } = request.query;
      const isModel = found.kind === 'model';
      return await sendFile(
        request,
        reply,
        isModel && format !== 'glb' ? await convert(converter, file, format) : file,
      );
    },
  });
}

/** The list of finished models, in the order of upload. */
export function presentList(job: JobRow): DownloadList {
  const models = finished(job).map(({ result }) => result);
  return {
    job_id: job.jobId,
    files: models,
    download_urls: models.map(({ filename }) => `/api/v1/download/${job.jobId}/${encodeURIComponent(filename)}`),
    total_files: models.length,
  };
}

function finished(job: JobRow): (JobFileRow & { result: ModelFile })[] {
  return job.files.filter((file): file is JobFileRow & { result: ModelFile } => file.result !== null);
}

type Found = { kind: 'model' | 'preview'; result: ModelFile } | { kind: 'extra'; result: ModelFile; index: number };

function findFile(job: JobRow, filename: string): Found | undefined {
  for (const { result } of finished(job)) {
    if (result.filename === filename) return { kind: 'model', result };
    if (result.rendered_image !== null && previewFilename(result.filename) === filename) {
      return { kind: 'preview', result };
    }
  }
  for (const { result } of finished(job)) {
    const index = result.extra_files?.findIndex((extra) => extra.filename === filename) ?? -1;
    if (index >= 0) return { kind: 'extra', result, index };
  }
  return undefined;
}

async function locate(files: FileStore, jobId: string, found: Found): Promise<Sendable> {
  const { kind, result } = found;
  if (found.kind === 'extra') {
    const extra = result.extra_files?.[found.index];
    if (extra === undefined) throw noSuchFile();
    return {
      ...(await stored(files, extraKey(jobId, result.file_id, found.index))),
      contentType: extra.mime_type,
      filename: extra.filename,
      // Came with the model, from the same request.
      tag: `${result.sha256}-extra-${found.index}`,
      inline: false,
    };
  }
  if (kind === 'preview') {
    return {
      ...(await stored(files, previewKey(jobId, result.file_id))),
      contentType: 'image/webp',
      filename: previewFilename(result.filename),
      // Drawn from the model, by it alone.
      tag: `${result.sha256}-preview`,
      inline: true,
    };
  }
  return {
    ...(await stored(files, modelKey(jobId, result.file_id))),
    contentType: result.mime_type,
    filename: result.filename,
    tag: result.sha256,
    inline: false,
  };
}

async function smaller(photo: Sendable, thumbnail: Promise<Uint8Array>): Promise<Sendable> {
  const bytes = await thumbnail.catch((error: unknown) => {
    throw error instanceof FileMissingError ? noSuchFile() : error;
  });
  return {
    ...photo,
    sizeBytes: bytes.byteLength,
    contentType: 'image/webp',
    filename: photo.filename.replace(/\.\w+$/, '.webp'),
    tag: `${photo.tag}-small`,
    open: async (range) => (range === undefined ? bytes : bytes.subarray(range.start, range.end + 1)),
  };
}

async function convert(
  converter: Converter,
  model: Sendable,
  format: Exclude<(typeof formats)[number], 'glb'>,
): Promise<Sendable> {
  const glb = await readAll(model);
  const { bytes, contentType, extension } = await converter.convert(glb, format);
  return {
    sizeBytes: bytes.byteLength,
    contentType,
    filename: model.filename.replace(/\.glb$/, `.${extension}`),
    tag: `${model.tag}-${format}`,
    modifiedAt: model.modifiedAt,
    inline: false,
    open: async (range) => (range === undefined ? bytes : bytes.subarray(range.start, range.end + 1)),
  };
}

async function readAll(file: Sendable): Promise<Uint8Array> {
  const opened = await file.open();
  if (opened instanceof Uint8Array) return opened;
  return Buffer.concat(await opened.toArray());
}

async function stored(files: FileStore, key: string): Promise<Pick<Sendable, 'sizeBytes' | 'modifiedAt' | 'open'>> {
  const stat = await files.stat(key);
  if (stat === undefined) throw noSuchFile();
  const open: Sendable['open'] = async (range) => {
    try {
      return await files.open(key, range);
    } catch (error) {
      // Removed between the two looks at it.
      if (error instanceof FileMissingError) throw noSuchFile();
      throw error;
    }
  };
  return { ...stat, open };
}

function noSuchFile(): ApiError {
  return new ApiError('FILE_NOT_FOUND', 'The job has no such file.');
}
