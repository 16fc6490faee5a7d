/* oxlint-disable oxc/no-async-endpoint-handlers -- Fastify awaits its handlers; the rule takes them for Express */
import { randomUUIDv7 } from 'node:crypto';
import { jobListSchema, jobSchema, message, messageRefShape } from '@image2model/protocol';
import { z } from 'zod';
import type { Engine, JobRow, RetryTask } from '../../engine/contract.ts';
import { ApiError } from '../errors.ts';
import { removeJob } from '../../jobs/remove-job.ts';
import type { Model } from '../../models/contract.ts';
import { unknownModel } from '../../models/errors.ts';
import { ownJob } from '../../auth/access.ts';
import { jobParams, requireRoomInQueue } from './context.ts';
import type { Api, RouteContext } from './context.ts';
import { examine, lostFiles, presentResult } from './lost-files.ts';
import { presentJob, presentMessage, presentTask } from './present.ts';

const retryBody = z.object({ model: z.string().optional(), options: z.record(z.string(), z.unknown()).optional() });
const tags = ['Jobs'];

/** All that an owner has had made: to look at, to run again and to throw away. */
export function jobRoutes(app: Api, context: RouteContext): void {
  listRoutes(app, context);
  retryRoute(app, context);
  deleteRoute(app, context);
}

function listRoutes(app: Api, { engine, verifier }: RouteContext): void {
  app.get(
    '/jobs',
    {
      schema: {
        summary: 'Jobs, newest first',
        tags,
        querystring: z.object({
          cursor: z.string().optional(),
          limit: z.coerce.number().int().min(1).max(100).default(20),
        }),
        response: { 200: jobListSchema },
      },
    },
    async (request) => {
      const { cursor, limit } = request.query;
      const page = await engine.listJobs(request.owner, { cursor, limit });
      return { jobs: page.jobs.map(presentJob), next_cursor: page.cursor };
    },
  );

  app.get(
    '/jobs/:job_id',
    {
      schema: {
        summary: 'A job with its files and its tasks',
        tags,
        params: jobParams,
        response: { 200: jobSchema },
      },
    },
    async (request) => {
      const job = await ownJob(engine, request.params.job_id, request.owner);
      const presented = presentJob(job);
      const results = new Map(
        (await examine(verifier, job)).map((model) => [model.place.fileId, presentResult(model)]),
      );
      const files = presented.files.map((file) => ({ ...file, result: results.get(file.file_id) ?? null }));
      return { ...presented, files, tasks: await tasksOf(engine, job) };
    },
  );
}

function retryRoute(app: Api, context: RouteContext): void {
  const { engine, models, verifier } = context;
  app.post(
    '/jobs/:job_id/retry',
    {
      schema: {
        summary: 'Run files again that failed, were cancelled or are lost on the server, as a new task of the same job',
        tags,
        params: jobParams,
        body: retryBody.nullish(),
        response: {
          200: z.object({
            job_id: z.uuid(),
            task_id: z.uuid(),
            status: z.literal('queued'),
            message: z.string(),
            ...messageRefShape,
          }),
        },
      },
    },
    async (request) => {
      const job = await ownJob(engine, request.params.job_id, request.owner);
      const task = retryTask(job, request.body ?? {}, models);
      await requireRoomInQueue(context);
      const lost = await lostFiles(verifier, job);
      const outcome = await engine.retry(job.jobId, { ...task, ...lost });
      if (outcome === 'unknown') throw new ApiError('JOB_NOT_FOUND', message('error.job_missing', { job: job.jobId }));
      if (outcome === 'running') throw new ApiError('JOB_RUNNING', message('error.job_running'));
      const [photo] = lost.without;
      if (outcome === 'nothing' && photo !== undefined) {
        const filename = job.files.find(({ fileId }) => fileId === photo)?.filename ?? '';
        throw new ApiError('FILE_LOST', message('error.photo_lost', { filename }));
      }
      if (outcome === 'nothing') throw new ApiError('NOTHING_TO_RETRY', message('error.nothing_to_retry'));
      const said = presentMessage(message('job.retrying'));
      return { job_id: job.jobId, task_id: task.taskId, status: 'queued' as const, ...said };
    },
  );
}

function deleteRoute(app: Api, { engine, files }: RouteContext): void {
  app.delete(
    '/jobs/:job_id',
    {
      schema: {
        summary: 'Remove a job with its files and its events',
        tags,
        params: jobParams,
        response: { 200: z.object({ job_id: z.uuid(), status: z.literal('deleted') }) },
      },
    },
    async (request) => {
      const job = await ownJob(engine, request.params.job_id, request.owner);
      const outcome = await removeJob({ engine, files }, job.jobId);
      if (outcome === 'running') throw new ApiError('JOB_RUNNING', message('error.job_not_deleted'));
      return { job_id: job.jobId, status: 'deleted' as const };
    },
  );
}

async function tasksOf(engine: Engine, job: JobRow) {
  const tasks = await Promise.all(
    job.taskIds.map(async (taskId) => {
      const [row, entries] = await Promise.all([engine.task(taskId), engine.entries(taskId)]);
      if (row === undefined || entries === undefined) return [];
      return [presentTask(row, entries, await engine.secondsLeft(taskId))];
    }),
  );
  return tasks.flat();
}

/** What to run: as it was, but for what is asked for now. Another model gets its own defaults. */
function retryTask(job: JobRow, asked: z.infer<typeof retryBody>, models: ReadonlyMap<string, Model>): RetryTask {
  const model = asked.model ?? job.model;
  const chosen = models.get(model);
  if (chosen === undefined) throw new ApiError('UNKNOWN_MODEL', unknownModel(models));
  const checked = chosen.checkOptions(asked.options ?? (model === job.model ? job.options : {}));
  if ('problems' in checked) {
    const errors = checked.problems.map((detail) => ({ code: 'INVALID_OPTIONS', field: 'options', detail }));
    const reason = checked.problems.join('; ');
    throw new ApiError('INVALID_OPTIONS', message('error.options_invalid', { reason }), { errors });
  }
  return { taskId: randomUUIDv7(), model, options: checked.options, faceLimit: job.faceLimit };
}
