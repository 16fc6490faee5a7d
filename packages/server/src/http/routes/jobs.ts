/* oxlint-disable oxc/no-async-endpoint-handlers -- Fastify awaits its handlers; the rule takes them for Express */
import { jobListSchema, jobSchema, message } from '@image2model/protocol';
import { z } from 'zod';
import type { Engine, JobRow } from '../../engine/contract.ts';
import { ApiError } from '../errors.ts';
import { removeJob } from '../../jobs/remove-job.ts';
import { ownJob } from '../../auth/access.ts';
import { jobParams } from './context.ts';
import type { Api, RouteContext } from './context.ts';
import { examine, presentResult } from './lost-files.ts';
import { presentJob, presentTask } from './present.ts';

const tags = ['Jobs'];

/** All that an owner has had made: to look at and to throw away. */
export function jobRoutes(app: Api, context: RouteContext): void {
  listRoutes(app, context);
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
