import { jobProgressSchema, message, messageRefShape, taskSchema } from '@image2model/protocol';
import { ApiError } from '../errors.ts';
import { ownJob, ownTask } from '../../auth/access.ts';
import { noteEnding } from '../../jobs/manifest.ts';
import { jobParams, taskFileParams, taskParams } from './context.ts';
import type { Api, RouteContext } from './context.ts';
import { presentMessage, presentProgress, presentTask } from './present.ts';
import { z } from 'zod';

const tags = ['Status'];
const cancelled = z.object({
  task_id: z.uuid(),
  status: z.literal('cancelling'),
  message: z.string(),
  ...messageRefShape,
});

/** How far tasks and jobs are, and stopping them. */
export function statusRoutes(app: Api, context: RouteContext): void {
  progressRoutes(app, context);
  cancelRoutes(app, context);
}

function progressRoutes(app: Api, { engine }: RouteContext): void {
  for (const url of ['/status/tasks/:task_id', '/status/tasks/:task_id/status']) {
    app.get(
      url,
      {
        schema: { summary: 'A task as it is now', tags, params: taskParams, response: { 200: taskSchema } },
      },
      async (request, reply) => {
        const { task_id: taskId } = request.params;
        const row = await ownTask(engine, taskId, request.owner);
        const entries = await engine.entries(taskId);
        const secondsLeft = await engine.secondsLeft(taskId);
        reply.header('cache-control', 'no-store');
        return presentTask(row, entries ?? [], secondsLeft);
      },
    );
  }

  app.get(
    '/status/jobs/:job_id/progress',
    {
      schema: {
        summary: "A job's progress, by file",
        tags,
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
}

function cancelRoutes(app: Api, { engine, files }: RouteContext): void {
  app.post(
    '/status/tasks/:task_id/cancel',
    { schema: { summary: 'Cancel a task', tags, params: taskParams, response: { 202: cancelled } } },
    async (request, reply) => {
      const { task_id: taskId } = request.params;
      await ownTask(engine, taskId, request.owner);
      const outcome = await engine.cancel(taskId);
      if (outcome === 'unknown') throw new ApiError('TASK_NOT_FOUND', message('error.task_missing', { task: taskId }));
      if (outcome === 'ended') throw new ApiError('TASK_ENDED', message('error.task_ended'));
      // It is cancelled, whatever keeps that from being written down beside the files.
      await noteEnding({ engine, files }, taskId).catch(() => undefined);
      reply.code(202);
      return { task_id: taskId, status: 'cancelling' as const, ...presentMessage(message('task.cancelling')) };
    },
  );

  app.post(
    '/status/tasks/:task_id/files/:file_id/cancel',
    {
      schema: {
        summary: 'Cancel one file of a task',
        tags,
        params: taskFileParams,
        response: { 202: cancelled.extend({ file_id: z.uuid() }) },
      },
    },
    async (request, reply) => {
      const { task_id: taskId, file_id: fileId } = request.params;
      await ownTask(engine, taskId, request.owner);
      const outcome = await engine.cancel(taskId, fileId);
      if (outcome === 'unknown')
        throw new ApiError('FILE_NOT_FOUND', message('error.task_file_missing', { file: fileId }));
      if (outcome === 'ended') throw new ApiError('TASK_ENDED', message('error.file_ended'));
      await noteEnding({ engine, files }, taskId).catch(() => undefined);
      reply.code(202);
      const said = presentMessage(message('file.cancelling'));
      return { task_id: taskId, file_id: fileId, status: 'cancelling' as const, ...said };
    },
  );
}
