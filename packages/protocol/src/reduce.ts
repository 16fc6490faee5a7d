import { hasEnded } from './endings.ts';
import type { FailureDetails, FileUpdate, TaskEvent, TaskResult, TaskStatus } from './events.ts';

/** What a person sees of a task: the sum of its events so far. */
export interface TaskState {
  task_id: string;
  /** Empty until an event of the task itself has named it. */
  job_id: string;
  status: TaskStatus;
  /** 0 to 100; never goes back. */
  progress: number;
  /** Files that have ended. */
  current: number;
  total: number;
  total_files: number;
  message: string;
  /** Of the newest event taken in; 0 before the first. */
  sequence: number;
  queue_position?: number;
  eta_seconds?: number;
  /** In the order of upload: file ids are UUIDv7, so their order is the order in which they were given. */
  files: FileUpdate[];
  result?: TaskResult;
  error?: string;
  details?: FailureDetails;
}

/** The state of a task of which nothing is known yet. */
export function initialTaskState(taskId: string): TaskState {
  return {
    task_id: taskId,
    job_id: '',
    status: 'queued',
    progress: 0,
    current: 0,
    total: 0,
    total_files: 0,
    message: '',
    sequence: 0,
    files: [],
  };
}

/**
 * Takes one event into the state and returns the new one; the old one is left as it was. An event that is not newer
 * than the state (its `sequence` is at or below it) returns the very same object, so that repeats are free and
 * comparing by identity tells whether anything changed.
 */
export function reduceTask(state: TaskState, event: TaskEvent): TaskState {
  if (event.data.sequence <= state.sequence) return state;
  switch (event.type) {
    case 'task_progress': {
      const { timestamp: _, queue_position, eta_seconds, ...progress } = event.data;
      const next: TaskState = { ...state, ...progress, progress: Math.max(state.progress, progress.progress) };
      // What the newest entry does not say is no longer so.
      delete next.queue_position;
      delete next.eta_seconds;
      if (queue_position !== undefined) next.queue_position = queue_position;
      if (eta_seconds !== undefined) next.eta_seconds = eta_seconds;
      return next;
    }
    case 'file_update': {
      const files = withFile(state.files, event.data);
      const known = Math.max(state.total, files.length);
      return { ...state, sequence: event.data.sequence, total: known, total_files: known, files };
    }
    case 'task_completed': {
      const { result } = event.data;
      const next = ended(state, event.data, 'completed', result.total_files);
      return { ...next, result, message: completedMessage(result) };
    }
    case 'task_failed': {
      const { error, details } = event.data;
      return { ...ended(state, event.data, 'failed'), error, details, message: error };
    }
    case 'task_cancelled':
      return { ...ended(state, event.data, 'cancelled'), message: event.data.message };
  }
}

/**
 * A batch's progress: the mean of its files, where a file that has ended counts whole whatever its ending.
 * 0 to 100, to one decimal.
 */
export function overallProgress(files: readonly Pick<FileUpdate, 'status' | 'progress'>[]): number {
  if (files.length === 0) return 0;
  let sum = 0;
  for (const file of files) sum += hasEnded(file.status) ? 100 : file.progress;
  return Math.floor((sum / files.length) * 10) / 10;
}

function ended(
  state: TaskState,
  data: { job_id: string; sequence: number },
  status: TaskStatus,
  total = state.total,
): TaskState {
  const next: TaskState = { ...state, job_id: data.job_id, sequence: data.sequence, status, progress: 100 };
  delete next.queue_position;
  delete next.eta_seconds;
  return { ...next, current: total, total, total_files: total };
}

function completedMessage(result: TaskResult): string {
  const { successful_files: made, total_files: total } = result;
  if (made === total) return total === 1 ? 'The model is ready' : `All ${total} models are ready`;
  return `${made} of ${total} models are ready`;
}

function withFile(files: readonly FileUpdate[], file: FileUpdate): FileUpdate[] {
  const at = files.findIndex((known) => known.file_id >= file.file_id);
  if (at === -1) return [...files, file];
  return files[at]?.file_id === file.file_id ? files.with(at, file) : files.toSpliced(at, 0, file);
}
