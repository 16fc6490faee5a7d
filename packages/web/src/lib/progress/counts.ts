import { type FileUpdate, overallProgress, type TaskState } from '@image2model/protocol';
import { t } from '../messages/index.ts';

/** What became of the files of a batch so far: each number apart, in the order in which they are told. */
export interface Counts {
  completed: number;
  failed: number;
  cancelled: number;
}

export function countsOf(files: readonly Pick<FileUpdate, 'status'>[]): Counts {
  const count = (status: keyof Counts) => files.filter((file) => file.status === status).length;
  return { completed: count('completed'), failed: count('failed'), cancelled: count('cancelled') };
}

/**
 * How far a batch is, 0 to 100: what was cancelled is neither done nor still to be done, so it does not count. The wire's own
 * figure never goes back, and therefore counts it as done.
 */
export function progressOf({ files, progress }: Pick<TaskState, 'files' | 'progress'>): number {
  return files.length === 0 ? progress : overallProgress(files.filter(({ status }) => status !== 'cancelled'));
}

/** `2 of 5 ready · 1 failed · 1 cancelled`; once a batch has ended, without the total. */
export function countsText(task: Pick<TaskState, 'files' | 'total'>, hasEnded: boolean): string {
  const { completed, ...others } = countsOf(task.files);
  const parts = Object.entries(others).map(([status, count]) => ({ status: status as keyof typeof others, count }));
  const told = parts.filter(({ count }) => count > 0).map(({ status, count }) => said(count, status));
  const ready = hasEnded
    ? completed > 0 && said(completed, 'completed')
    : t('processing.count.ready', { count: completed, total: task.total });
  return [ready, ...told].filter(Boolean).join(' · ');
}

function said(count: number, status: keyof Counts): string {
  return `${count} ${t(`processing.status.${status}`)}`;
}
