import { initialTaskState, jobProgressSchema, overallProgress, reduceTask, taskSchema } from '@image2model/protocol';
import type { JobProgress, Task } from '@image2model/protocol';
import { entryEvent } from '../../engine/contract.ts';
import type { Entry, JobRow, TaskRow } from '../../engine/contract.ts';
import { ApiError } from '../errors.ts';
import { ownJob, ownTask } from '../../auth/access.ts';
import { jobParams, taskFileParams, taskParams } from './context.ts';
import type { Api, RouteContext } from './context.ts';
import { z } from 'zod';

/** How far tasks and jobs are, and stopping them. */
export function statusRoutes(app: Api, { engine }: RouteContext): void {
  for (const url of ['/status/tasks/:task_id', '/status/tasks/:task_id/status']) {
    app.get(
      url,
      {
        schema: { summary: 'A task as it is now', tags: ['Status'], params: taskParams, response: { 200: taskSchema } },
      },
      async (request, reply) => {
        const { task_id: taskId } = request.params;
        const row = await ownTask(engine, taskId, request.owner);
        const entries = await engine.entries(taskId);
        reply.header('cache-control', 'no-store');
        return presentTask(row, entries ?? []);
      },
    );
  }

  app.get(
    '/status/jobs/:job_id/progress',
    {
      schema: {
        summary: "A job's progress, by file",
        tags: ['Status'],
        params: jobParams,
        response: { 200: jobProgressSchema },
      },
    },
    async (request, reply) => {
      const job = await ownJob(engine, request.params.job_id, request.owner);
      reply.header('cache-control', 'no-store');
      return presentProgress(job);
    },
  );

  const cancelled = z.object({ task_id: z.uuid(), status: z.literal('cancelling'), message: z.string() });

  app.post(
    '/status/tasks/:task_id/cancel',
    { schema: { summary: 'Cancel a task', tags: ['Status'], params: taskParams, response: { 202: cancelled } } },
    async (request, reply) => {
      const { task_id: taskId } = request.params;
      await ownTask(engine, taskId, request.owner);
      const outcome = await engine.cancel(taskId);
      if (outcome === 'unknown') throw new ApiError('TASK_NOT_FOUND', `There is no task ${taskId}.`);
      if (outcome === 'ended') throw new ApiError('TASK_ENDED', 'The task has already ended.');
      reply.code(202);
      return { task_id: taskId, status: 'cancelling' as const, message: 'The files that had not ended are cancelled' };
    },
  );

  app.post(
    '/status/tasks/:task_id/files/:file_id/cancel',
    {
      schema: {
        summary: 'Cancel one file of a task',
        tags: ['Status'],
        params: taskFileParams,
        response: { 202: cancelled.extend({ file_id: z.uuid() }) },
      },
    },
    async (request, reply) => {
      const { task_id: taskId, file_id: fileId } = request.params;
      await ownTask(engine, taskId, request.owner);
      const outcome = await engine.cancel(taskId, fileId);
      if (outcome === 'unknown') throw new ApiError('FILE_NOT_FOUND', `The task has no file ${fileId}.`);
      if (outcome === 'ended') throw new ApiError('TASK_ENDED', 'The file has already ended.');
      reply.code(202);
      return { task_id: taskId, file_id: fileId, status: 'cancelling' as const, message: 'The file is cancelled' };
    },
  );
}

/** A task as the wire has it: the sum of its newest entries, and the times of its row. */
export function presentTask(row: TaskRow, entries: readonly Entry[]): Task {
  let state = initialTaskState(row.taskId);
  for (const entry of entries) state = reduceTask(state, entryEvent(entry));
  return {
    ...state,
    job_id: row.jobId,
    created_at: isoTime(row.createdAt),
    ...(row.startedAt === null ? {} : { started_at: isoTime(row.startedAt) }),
    ...(row.finishedAt === null ? {} : { finished_at: isoTime(row.finishedAt) }),
  };
}

/** ISO 8601 in UTC, of ms since the epoch. */
export function isoTime(timeMs: number): string {
  return new Date(timeMs).toISOString();
}

function presentProgress(job: JobRow): JobProgress {
  const { files } = job;
  return {
    job_id: job.jobId,
    overall_progress: overallProgress(files),
    total_files: files.length,
    completed_files: files.filter(({ status }) => status === 'completed').length,
    failed_files: files.filter(({ status }) => status === 'failed').length,
    files: Object.fromEntries(
      files.map(({ fileId, filename, status, progress, message }) => [fileId, { filename, status, progress, message }]),
    ),
    timestamp: Date.now(),
  };
}
