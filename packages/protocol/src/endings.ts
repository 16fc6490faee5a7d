import type { FileStatus, TaskEventType, TaskStatus } from './events.ts';

/** The event types, endings last. */
export const taskEventTypes = [
  'task_progress',
  'file_update',
  'task_completed',
  'task_failed',
  'task_cancelled',
] as const satisfies TaskEventType[];

/** Whether this event is the last one of its task. */
export function isEnding(type: TaskEventType): boolean {
  return type === 'task_completed' || type === 'task_failed' || type === 'task_cancelled';
}

/** Whether a task or file with this status is final. */
export function hasEnded(status: TaskStatus | FileStatus): boolean {
  return status === 'completed' || status === 'failed' || status === 'cancelled';
}
