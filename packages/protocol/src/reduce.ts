import { endingTexts } from './ending-texts.ts';
import { hasEnded } from './endings.ts';
import type { FailureDetails, FileUpdate, TaskEvent, TaskResult, TaskStatus } from './events.ts';
import { fillIn } from './messages.ts';
import type { MessageRef } from './messages.ts';

/** The state of a task: the sum of its events so far. */
export interface TaskState {
  task_id: string;
  /** Empty until the first event of the task itself, which has it. */
  job_id: string;
  status: TaskStatus;
  /** 0 to 100; never goes back. */
  progress: number;
  /** Number of files that have ended. */
  current: number;
  total: number;
  total_files: number;
  message: string;
  /** For translating `message`. */
  message_id?: MessageRef['message_id'];
  message_values?: MessageRef['message_values'];
  /** Of the newest event applied; 0 before the first. */
  sequence: number;
  queue_position?: number;
  eta_seconds?: number;
  /** In upload order, which is the order of their ids (UUIDv7). */
  files: FileUpdate[];
  result?: TaskResult;
  error?: string;
  details?: FailureDetails;
}

/** The state of a task before its first event. */
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
 * Applies one event and returns the new state; the old one is not modified. No progress goes back, of the task or of a
 * file. For an event that is not newer than the
 * state (by `sequence`) it returns the same object, so that repeats cost nothing and `===` detects changes.
 */
export function reduceTask(state: TaskState, event: TaskEvent): TaskState {
  if (event.data.sequence <= state.sequence) return state;
  switch (event.type) {
    case 'task_progress': {
      const { timestamp: _, queue_position, eta_seconds, ...progress } = event.data;
      // A field that the newest entry lacks no longer applies.
      const next = { ...forgetful(state), ...progress, progress: Math.max(state.progress, progress.progress) };
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
      return { ...next, result, ...completedMessage(result) };
    }
    case 'task_failed': {
      const { error, details } = event.data;
      return { ...ended(state, event.data, 'failed'), error, details, ...messageOf(error, event.data) };
    }
    case 'task_cancelled':
      return { ...ended(state, event.data, 'cancelled'), ...messageOf(event.data.message, event.data) };
  }
}

/**
 * A batch's progress: the mean of its files, where a file that has ended counts as 100 in any case.
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
  const { job_id, sequence } = data;
  return { ...forgetful(state), job_id, sequence, status, progress: 100, current: total, total, total_files: total };
}

/** The state without the fields that apply only until the next event of the task itself. */
function forgetful(state: TaskState): TaskState {
  const next = { ...state };
  delete next.queue_position;
  delete next.eta_seconds;
  delete next.message_id;
  delete next.message_values;
  return next;
}

function messageOf(message: string, { message_id, message_values }: MessageRef) {
  return { message, ...(message_id !== undefined && { message_id }), ...(message_values && { message_values }) };
}

function completedMessage({ successful_files: ready, total_files: total }: TaskResult) {
  const all = total === 1 ? 'task.ready_one' : total === 2 ? 'task.ready_both' : 'task.ready_all';
  const id = ready === total ? all : ready === 1 ? 'task.one_ready' : 'task.some_ready';
  const values = { ready, total };
  return { message: fillIn(endingTexts[id], values), message_id: id, message_values: values };
}

function withFile(files: readonly FileUpdate[], file: FileUpdate): FileUpdate[] {
  const at = files.findIndex((known) => known.file_id >= file.file_id);
  if (at === -1) return [...files, file];
  const known = files[at];
  if (known?.file_id !== file.file_id) return files.toSpliced(at, 0, file);
  // A server that died may know less of the file than it had said.
  return files.with(at, known.progress > file.progress ? { ...file, progress: known.progress } : file);
}
