import { message } from '@image2model/protocol';
import type { Engine, JobRow, TaskRow } from '../engine/contract.ts';
import { ApiError } from '../http/errors.ts';

/** The task, if it is this owner's; one of somebody else's is as good as none. */
export async function ownTask(engine: Pick<Engine, 'task'>, taskId: string, owner: string): Promise<TaskRow> {
  const task = await engine.task(taskId);
  if (task === undefined || task.owner !== owner) {
    throw new ApiError('TASK_NOT_FOUND', message('error.task_missing', { task: taskId }));
  }
  return task;
}

/** The job, if it is this owner's; one of somebody else's is as good as none. */
export async function ownJob(engine: Engine, jobId: string, owner: string): Promise<JobRow> {
  const job = await engine.job(jobId);
  if (job === undefined || job.owner !== owner) {
    throw new ApiError('JOB_NOT_FOUND', message('error.job_missing', { job: jobId }));
  }
  return job;
}
