/* oxlint-disable oxc/no-async-endpoint-handlers -- Fastify awaits its handlers; the rule takes them for Express */
import {
  defaultShareSeconds,
  maxShareSeconds,
  maxSharesPerJob,
  message,
  minShareSeconds,
  newShareSchema,
  shareListSchema,
} from '@image2model/protocol';
import type { Share } from '@image2model/protocol';
import { z } from 'zod';
import { ownJob } from '../../auth/access.ts';
import type { Shares } from '../../auth/shares.ts';
import type { Config } from '../../config.ts';
import type { JobRow, StoredShare } from '../../engine/contract.ts';
import { baseUrlOf } from '../base-url.ts';
import { ApiError } from '../errors.ts';
import { jobParams } from './context.ts';
import type { Api, RouteContext } from './context.ts';

interface SharesOptions extends Pick<RouteContext, 'engine'> {
  shares: Shares;
  config: Pick<Config, 'publicUrl' | 'retentionHours'>;
}

const tags = ['Sharing'];
const hourMs = 3_600_000;

const askedSchema = z.object({
  file_id: z
    .uuid()
    .transform((text) => text.toLowerCase())
    .nullish()
    .describe('The photo whose model to share; without it all models of the job'),
  expires_in: z
    .int()
    .min(minShareSeconds)
    .max(maxShareSeconds)
    .nullable()
    .default(defaultShareSeconds)
    .describe('Seconds; null for a link that lasts until it is revoked'),
});

/** Lasting links to the models of a job: made, listed and revoked by its owner. */
export function shareRoutes(app: Api, options: SharesOptions): void {
  makeRoute(app, options);
  listRoute(app, options);
  revokeRoute(app, options);
}

function makeRoute(app: Api, { engine, shares, config }: SharesOptions): void {
  app.post(
    '/jobs/:job_id/shares',
    {
      schema: {
        summary: 'Make a lasting link to the models of a job, or to one of them',
        tags,
        params: jobParams,
        body: askedSchema.nullish(),
        response: { 201: newShareSchema },
      },
    },
    async (request, reply) => {
      const job = await ownJob(engine, request.params.job_id, request.owner);
      const { file_id: fileId = null, expires_in: seconds } = request.body ?? askedSchema.parse({});
      requireModel(job, fileId);
      const made = await shares.make(job.jobId, { fileId, lifeMs: seconds === null ? null : seconds * 1000 });
      if (made === 'full') {
        throw new ApiError('TOO_MANY_SHARES', message('error.shares_full', { max: maxSharesPerJob }));
      }
      if (made === 'unknown') throw new ApiError('JOB_NOT_FOUND', message('error.job_missing', { job: job.jobId }));
      const { share, token } = made;
      reply.code(201).header('cache-control', 'private, no-store');
      return { ...presentShare(share), url: `${baseUrlOf(request, config.publicUrl)}/shared/${token}` };
    },
  );
}

function listRoute(app: Api, { engine, config }: SharesOptions): void {
  app.get(
    '/jobs/:job_id/shares',
    {
      schema: {
        summary: 'The lasting links of a job, newest first; their addresses are not kept',
        tags,
        params: jobParams,
        response: { 200: shareListSchema },
      },
    },
    async (request, reply) => {
      const job = await ownJob(engine, request.params.job_id, request.owner);
      const shares = await engine.shares(job.jobId);
      reply.header('cache-control', 'private, no-store');
      const keptUntil = job.finishedAt === null ? null : isoTime(job.finishedAt + config.retentionHours * hourMs);
      return { shares: shares.map(presentShare), kept_until: keptUntil };
    },
  );
}

function revokeRoute(app: Api, { engine }: SharesOptions): void {
  app.delete(
    '/jobs/:job_id/shares/:share_id',
    {
      schema: {
        summary: 'Revoke a lasting link, at once',
        tags,
        params: jobParams.extend({ share_id: z.uuid().transform((text) => text.toLowerCase()) }),
        response: { 200: z.object({ id: z.uuid(), status: z.literal('revoked') }) },
      },
    },
    async (request) => {
      const { job_id: jobId, share_id: id } = request.params;
      const job = await ownJob(engine, jobId, request.owner);
      if (!(await engine.removeShare(job.jobId, id))) {
        throw new ApiError('SHARE_NOT_FOUND', message('error.share_missing'));
      }
      return { id, status: 'revoked' as const };
    },
  );
}

/** There is nothing to share without a finished model. */
function requireModel({ files }: JobRow, fileId: string | null): void {
  const meant = fileId === null ? files : files.filter((file) => file.fileId === fileId);
  if (fileId !== null && meant.length === 0) {
    throw new ApiError('FILE_NOT_FOUND', message('error.job_file_missing', { file: fileId }));
  }
  if (meant.every(({ result }) => result === null)) {
    throw new ApiError('FILE_NOT_FOUND', message('error.no_model_finished'));
  }
}

function presentShare({ shareId, fileId, createdAt, expiresAt }: StoredShare): Share {
  return {
    id: shareId,
    scope: fileId === null ? 'job' : 'file',
    file_id: fileId,
    created_at: isoTime(createdAt),
    expires_at: expiresAt === null ? null : isoTime(expiresAt),
  };
}

/** ISO 8601 in UTC, of ms since the epoch. */
function isoTime(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
