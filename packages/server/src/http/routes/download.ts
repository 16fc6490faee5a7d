import { downloadListSchema, message } from '@image2model/protocol';
import type { DownloadList } from '@image2model/protocol';
import { z } from 'zod';
import { ownJob } from '../../auth/access.ts';
import { contentDisposition, downloadPath } from '../../files/names.ts';
import { createThumbnails } from '../../files/thumbnails.ts';
import { ApiError } from '../errors.ts';
import { archiveStream, packable } from './archive.ts';
import { jobFileParams, jobParams } from './context.ts';
import type { Api, RouteContext } from './context.ts';
import { formatQuery, formOf } from './format-query.ts';
import { maskOf, photoOf, resultOf, smallPhotoOf } from './job-files.ts';
import { examine, presentResult } from './lost-files.ts';
import type { ExaminedModel } from './lost-files.ts';
import { sendFile } from './send-file.ts';

const credentials = { api_key: z.string().optional(), ticket: z.string().optional() };
const methods: ('GET' | 'HEAD')[] = ['GET', 'HEAD'];
const tags = ['Download'];

/** Finished models, their pictures and the photos they were made from. */
export function downloadRoutes(app: Api, context: RouteContext): void {
  listRoute(app, context);
  archiveRoute(app, context);
  photoRoute(app, context);
  maskRoute(app, context);
  resultRoute(app, context);
}

function listRoute(app: Api, { engine, verifier }: RouteContext): void {
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
      return presentList(job.jobId, await examine(verifier, job));
    },
  );
}

function archiveRoute(app: Api, { engine, files, verifier, converter }: RouteContext): void {
  app.get(
    '/download/:job_id/archive',
    {
      schema: {
        summary:
          'A ZIP of all finished models, converted if asked, and their pictures; MISSING.txt names those that are lost',
        tags,
        params: jobParams,
        querystring: z.object({ ...credentials, ...formatQuery }),
        produces: ['application/zip'],
      },
    },
    async (request, reply) => {
      const job = await ownJob(engine, request.params.job_id, request.owner);
      const models = await examine(verifier, job);
      const [first] = models;
      if (first === undefined) throw new ApiError('FILE_NOT_FOUND', message('error.no_model_finished'));
      const archive = packable(models, formOf(request.query));
      if (archive.files.length === 0) {
        throw new ApiError('FILE_LOST', message('error.file_lost', { filename: first.result.filename }));
      }
      reply.type('application/zip').header('cache-control', 'no-store');
      reply.header('content-disposition', contentDisposition('attachment', `image2model-${job.jobId}.zip`));
      return await reply.send(archiveStream({ files, converter }, archive));
    },
  );
}

function photoRoute(app: Api, { engine, files, verifier }: RouteContext): void {
  const thumbnails = createThumbnails(files);
  app.route({
    method: methods,
    url: '/download/:job_id/photos/:file_id',
    config: { embeddable: true },
    schema: {
      summary: 'An image as it was uploaded; `size=small` makes it WebP of at most 512 × 512 pixels',
      tags,
      params: jobFileParams,
      querystring: z.object({ ...credentials, size: z.enum(['full', 'small']).default('full') }),
    },
    handler: async (request, reply) => {
      const { job_id: jobId, file_id: fileId } = request.params;
      const job = await ownJob(engine, jobId, request.owner);
      const isSmall = request.query.size === 'small';
      const context = { files, verifier };
      const photo = await (isSmall ? smallPhotoOf(context, thumbnails, job, fileId) : photoOf(context, job, fileId));
      return await sendFile(request, reply, photo);
    },
  });
}

function maskRoute(app: Api, { engine, files, verifier }: RouteContext): void {
  app.route({
    method: methods,
    url: '/download/:job_id/masks/:file_id',
    config: { embeddable: true },
    schema: {
      summary: 'The mask of an image as it was uploaded',
      tags,
      params: jobFileParams,
      querystring: z.object(credentials),
    },
    handler: async (request, reply) => {
      const { job_id: jobId, file_id: fileId } = request.params;
      const job = await ownJob(engine, jobId, request.owner);
      return await sendFile(request, reply, await maskOf({ files, verifier }, job, fileId));
    },
  });
}

function resultRoute(app: Api, { engine, files, verifier, converter }: RouteContext): void {
  app.route({
    method: methods,
    url: '/download/:job_id/:filename',
    config: { embeddable: true },
    schema: {
      summary: 'A finished model or its picture; `format`, `size_mm` and `origin` convert a model',
      tags,
      params: jobParams.extend({ filename: z.string().min(1) }),
      querystring: z.object({ ...credentials, ...formatQuery }),
    },
    handler: async (request, reply) => {
      const job = await ownJob(engine, request.params.job_id, request.owner);
      const filename = request.params.filename.normalize('NFC');
      const result = await resultOf({ files, verifier }, converter, job, filename, formOf(request.query));
      return await sendFile(request, reply, result);
    },
  });
}

/** The list of finished models, in the order of upload. */
function presentList(jobId: string, examined: readonly ExaminedModel[]): DownloadList {
  const models = examined.map(presentResult);
  return {
    job_id: jobId,
    files: models,
    download_urls: models.map(({ filename }) => downloadPath(jobId, filename)),
    total_files: models.length,
  };
}
