import type { TaskEventType } from '@image2model/protocol';

/** The callback of each event, and what `onTaskUpdate` calls it. */
export const eventNames = {
  task_progress: ['onProgress', 'progress'],
  file_update: ['onFileUpdate', 'file'],
  task_completed: ['onComplete', 'completed'],
  task_failed: ['onError', 'failed'],
  task_cancelled: ['onCancelled', 'cancelled'],
} as const satisfies Record<TaskEventType, unknown>;
