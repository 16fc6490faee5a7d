import { hasEnded } from '@image2model/protocol';
import type { JobRow } from './types.ts';

/** Whether a task still works on one of these files of a job; without `only`, on any of it. */
export function isBusy(job: JobRow, only?: ReadonlySet<string>): boolean {
  if (only === undefined) return !hasEnded(job.status);
  return job.files.some(({ fileId, status }) => only.has(fileId) && !hasEnded(status));
}
