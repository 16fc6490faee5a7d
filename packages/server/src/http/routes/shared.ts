import { downloadFormats, message, sharedSchema } from '@image2model/protocol';
import type { Shared } from '@image2model/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { OpenShare, Shares } from '../../auth/shares.ts';
import { contentDisposition, previewFilename } from '../../files/names.ts';
import { ApiError } from '../errors.ts';
import { archiveStream, packable } from './archive.ts';
import type { Api, RouteContext } from './context.ts';
import { formatQuery, formOf } from './format-query.ts';
import { resultOf } from './job-files.ts';
import { examine, presentResult } from './lost-files.ts';
import type { ExaminedModel } from './lost-files.ts';
import { sendFile } from './send-file.ts';

interface SharedOptions extends Pick<RouteContext, 'files' | 'verifier' | 'converter' | 'models'> {
  shares: Shares;
  /** Called for a request whose link is good. */
  onOpen: (request: FastifyRequest) => void;
}

const config = { access: 'public' } as const;
const tags = ['Sharing'];
/** No proxy keeps what a link opens, nor any browser: it may be revoked. */
const cacheControl = 'private, no-store';
const params = z.object({ token: z.string() });

/** What lasting links open: the models that each was made for, to whoever has it. The photos stay private. */
export function sharedRoutes(app: Api, options: SharedOptions): void {
  listRoute(app, options);
  archiveRoute(app, options);
  fileRoute(app, options);
}

function listRoute(app: Api, options: SharedOptions): void {
  app.get(
    '/shared/:token',
    { config, schema: { summary: 'What a lasting link opens', tags, params, response: { 200: sharedSchema } } },
    async (request, reply) => {
      const { share, job } = await open(request, reply, options);
      const { token } = request.params;
      const models = (await examine(options.verifier, job)).map((model) => presentShared(token, model));
      const known = options.models.get(job.model)?.describe().formats;
      return {
        scope: share.fileId === null ? 'job' : 'file',
        created_at: new Date(share.createdAt).toISOString(),
        expires_at: share.expiresAt === null ? null : new Date(share.expiresAt).toISOString(),
        formats: known ?? [...downloadFormats],
        files: models,
        archive_url: `/api/v1/shared/${token}/archive`,
      } satisfies Shared;
    },
  );
}

function archiveRoute(app: Api, options: SharedOptions): void {
  const { files, verifier, converter } = options;
  app.get(
    '/shared/:token/archive',
    {
      config,
      schema: {
        summary: 'A ZIP of all that a lasting link opens, converted if asked',
        tags,
        params,
        querystring: z.object(formatQuery),
        produces: ['application/zip'],
      },
    },
    async (request, reply) => {
      const { job } = await open(request, reply, options);
      const archive = packable(await examine(verifier, job), formOf(request.query));
      if (archive.files.length === 0) throw new ApiError('FILE_NOT_FOUND', message('error.no_model_finished'));
      reply.type('application/zip');
      reply.header('content-disposition', contentDisposition('attachment', 'image2model.zip'));
      return await reply.send(archiveStream({ files, converter }, archive));
    },
  );
}

function fileRoute(app: Api, options: SharedOptions): void {
  const { files, verifier, converter } = options;
  app.route({
    method: ['GET', 'HEAD'],
    url: '/shared/:token/:filename',
    config,
    schema: {
      summary: 'A model of a lasting link or its picture; `format`, `size_mm` and `origin` convert a model',
      tags,
      params: params.extend({ filename: z.string().min(1) }),
      querystring: z.object(formatQuery),
    },
    handler: async (request, reply) => {
      const { job } = await open(request, reply, options);
      const filename = request.params.filename.normalize('NFC');
      const result = await resultOf({ files, verifier }, converter, job, filename, formOf(request.query));
      return await sendFile(request, reply, { ...result, cacheControl });
    },
  });
}

/** A link that is unknown, revoked or expired gets one answer: nobody can tell which it is. */
async function open(
  request: FastifyRequest<{ Params: { token: string } }>,
  reply: FastifyReply,
  { shares, onOpen }: SharedOptions,
): Promise<OpenShare> {
  const opened = await shares.open(request.params.token);
  if (opened === undefined) throw new ApiError('SHARE_NOT_FOUND', message('error.share_missing'));
  onOpen(request);
  reply.headers({ 'cache-control': cacheControl, 'referrer-policy': 'no-referrer', 'x-robots-tag': 'noindex' });
  return opened;
}

/** The result with the addresses that the link opens. */
function presentShared(token: string, model: ExaminedModel): Shared['files'][number] {
  const { cost: _, rendered_image: preview, extra_files: extras, ...result } = presentResult(model);
  return {
    ...result,
    url: sharedPath(token, result.filename),
    rendered_image: preview && { ...preview, url: sharedPath(token, previewFilename(result.filename)) },
    ...(extras && {
      extra_files: extras.map((extra) => ({ ...extra, url: sharedPath(token, extra.filename) })),
    }),
  };
}

/** The path that a file of a lasting link is downloaded from. */
export function sharedPath(token: string, filename: string): string {
  return `/api/v1/shared/${token}/${encodeURIComponent(filename)}`;
}
