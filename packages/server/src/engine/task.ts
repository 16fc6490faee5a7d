import { message, messageWithin } from '@image2model/protocol';
import type { FileEnding, ReleaseOptions } from './types.ts';
import { judge } from './suspicion.ts';
import type { Casualty } from './suspicion.ts';
import { TaskDraft } from './task-draft.ts';
import type { MutableFile } from './task-draft.ts';
import type { AppliedChange, FileState, TaskChange, TaskContext, TaskState } from './task-state.ts';

/**
 * A holder that lost its lease stops and removes its own files within seconds; what is still there after this was left
 * by one that died, in ms.
 */
const holderFirstMs = 30_000;

/**
 * The state machine of a task: what a change makes of it, or undefined where it is not allowed (a lost lease, nothing
 * left to cancel). Each file that moves leaves a `file_update`; the task's own `task_progress` follows only where
 * something in it changed; the ending of the last file brings the task's ending. Nothing given is changed.
 */
export function applyToTask(state: TaskState, change: TaskChange, context: TaskContext): AppliedChange | undefined {
  const draft = new TaskDraft(state, context);
  if (!move(draft, change)) return undefined;
  // Nothing that a client sees.
  if (change.type !== 'renewed' && change.type !== 'remembered') draft.settle();
  return draft.result();
}

/** Moves files of the draft; false where the change is not allowed. */
function move(draft: TaskDraft, change: TaskChange): boolean {
  switch (change.type) {
    case 'opened':
      return open(draft, change);
    case 'positioned':
      draft.task.queuePosition = change.position;
      return true;
    case 'offered':
      return offer(draft, change.isOffered);
    case 'claimed':
      return claim(draft, change);
    case 'renewed':
      return held(draft, change.token, (file) => (file.dueAt = draft.now + change.leaseMs));
    case 'reported':
      return report(draft, change);
    case 'remembered':
      return held(draft, change.token, (file) => (file.remembered = change.remembered));
    case 'finished':
      return held(draft, change.token, (file) => end(draft, file, change.ending));
    case 'released':
      return held(draft, change.token, (file) => release(draft, file, change.options));
    case 'due':
      return letTimePass(draft);
    case 'voided':
      return held(draft, change.token, (file) => {
        takeBack(draft, file, change.wasAlone ? 'serverAlone' : 'server', { delayMs: change.delayMs, sweepAfterMs: 0 });
      });
    case 'cancelled':
      return cancel(draft, change.fileId);
  }
}

function open(draft: TaskDraft, { results, endings, position }: Extract<TaskChange, { type: 'opened' }>): boolean {
  for (const index of draft.task.files.keys()) {
    const file = draft.change(index);
    file.message = message('queue.waiting');
    draft.note(file);
  }
  for (const [index, { fileId }] of draft.task.files.entries()) {
    const stored = results?.get(fileId);
    const ending = stored ? ({ status: 'completed', result: stored.result } as const) : endings?.get(fileId);
    if (!ending) continue;
    const file = draft.change(index);
    end(draft, file, ending);
    file.attemptId = stored?.attemptId ?? null;
  }
  if (draft.task.ended === draft.task.files.length) draft.begin();
  else draft.task.queuePosition = position;
  return true;
}

/** Whether the files wait for their turn or for their model. */
function offer(draft: TaskDraft, isOffered: boolean): boolean {
  const isMeant = ({ state, message: { id } }: FileState) =>
    (state === 'waiting' || state === 'delayed') && (id === 'file.model_missing') === isOffered;
  return changeEach(draft, isMeant, (file) => {
    file.message = message(isOffered ? 'queue.waiting' : 'file.model_missing');
    draft.note(file);
  });
}

function claim(draft: TaskDraft, change: Extract<TaskChange, { type: 'claimed' }>): boolean {
  const isMeant = ({ fileId, state }: FileState) => fileId === change.fileId && state === 'waiting';
  return changeEach(draft, isMeant, (file) => {
    draft.move(file, 'leased');
    file.status = 'processing';
    file.token = change.token;
    file.worker = change.worker;
    file.dueAt = draft.now + change.leaseMs;
    file.startedAt = draft.now;
    file.attempts += 1;
    file.message = message('file.starting');
    draft.begin();
    draft.note(file);
  });
}

/** Takes a report in; one that says nothing new is accepted and leaves no entry. */
function report(draft: TaskDraft, change: Extract<TaskChange, { type: 'reported' }>): boolean {
  const index = draft.task.files.findIndex(({ token }) => token === change.token);
  const before = draft.task.files[index];
  if (!before) return false;
  const progress = Math.max(before.progress, oneDecimal(change.progress));
  const { text, id } = before.message;
  if (progress === before.progress && change.message.text === text && change.message.id === id) return true;
  const file = draft.change(index);
  file.progress = progress;
  file.message = change.message;
  draft.note(file);
  return true;
}

function release(draft: TaskDraft, file: MutableFile, options: ReleaseOptions = {}): void {
  const { delayMs = 0, message: said = message('file.requeued'), error, countAttempt = true } = options;
  if (!countAttempt) file.attempts -= 1;
  if (error) file.lastError = error;
  file.message = said;
  putBack(draft, file, delayMs);
}

/** Back into the queue, to be claimed not before the delay is over. */
function putBack(draft: TaskDraft, file: MutableFile, delayMs: number): void {
  draft.move(file, delayMs > 0 ? 'delayed' : 'waiting');
  file.status = 'pending';
  file.token = null;
  file.worker = null;
  file.startedAt = null;
  file.dueAt = delayMs > 0 ? draft.now + delayMs : null;
  draft.note(file);
}

function letTimePass(draft: TaskDraft): boolean {
  const isDue = ({ dueAt }: FileState) => dueAt !== null && dueAt <= draft.now;
  return changeEach(draft, isDue, (file) => {
    if (file.token === null) {
      // A delay is over: nothing that a client sees.
      draft.move(file, 'waiting');
      file.dueAt = null;
    } else {
      takeBack(draft, file, 'worker', { delayMs: 0, sweepAfterMs: holderFirstMs });
    }
  });
}

/** Gives a file that is worked on no more back to the queue, or fails it when it has become too suspicious. */
function takeBack(
  draft: TaskDraft,
  file: MutableFile,
  casualty: Casualty,
  { delayMs, sweepAfterMs }: { delayMs: number; sweepAfterMs: number },
): void {
  const { crashes, isGivenUp, countsAttempt } = judge(file, casualty);
  draft.loseLease(file, sweepAfterMs);
  file.crashes = crashes;
  if (isGivenUp) {
    draft.abandon(file);
    const error = message(casualty === 'worker' ? 'file.worker_crashed' : 'file.server_crashed');
    const details = { code: 'WORKER_CRASHED', retryable: false, attempts: file.attempts };
    end(draft, file, { status: 'failed', error, details });
    return;
  }
  if (countsAttempt) file.lastError = message('file.worker_gone');
  else file.attempts -= 1;
  file.message = message('file.interrupted');
  putBack(draft, file, delayMs);
}

function cancel(draft: TaskDraft, only: string | undefined): boolean {
  const isMeant = ({ fileId, state }: FileState) => state !== 'ended' && (only === undefined || fileId === only);
  return changeEach(draft, isMeant, (file) => {
    draft.loseLease(file, holderFirstMs);
    draft.abandon(file);
    end(draft, file, { status: 'cancelled' });
  });
}

function end(draft: TaskDraft, file: MutableFile, ending: FileEnding): void {
  draft.move(file, 'ended');
  file.status = ending.status;
  switch (ending.status) {
    case 'completed':
      file.progress = 100;
      file.message = message(ending.result.reused ? 'file.reused' : 'file.ready');
      file.result = ending.result;
      file.attemptId = file.token;
      break;
    case 'failed':
      file.message = file.remakes
        ? message('file.remake_failed', { ...messageWithin('reason', ending.error) })
        : ending.error;
      file.details = ending.details;
      break;
    case 'cancelled':
      file.message = message(file.remakes ? 'file.remake_cancelled' : 'file.cancelled');
      break;
  }
  file.token = null;
  file.worker = null;
  file.dueAt = null;
  file.remembered = undefined;
  draft.note(file);
}

/** Changes the file that the token leases; false where it leases none. */
function held(draft: TaskDraft, token: string, work: (file: MutableFile) => void): boolean {
  return changeEach(draft, (file) => file.token === token, work);
}

/** Changes the files that are meant; false where none is. */
function changeEach(
  draft: TaskDraft,
  isMeant: (file: FileState) => boolean,
  work: (file: MutableFile) => void,
): boolean {
  let changed = false;
  for (const [index, file] of draft.task.files.entries()) {
    if (!isMeant(file)) continue;
    changed = true;
    work(draft.change(index));
  }
  return changed;
}

function oneDecimal(progress: number): number {
  // Written so that what is not a number counts as nothing done.
  return progress > 0 ? Math.floor(Math.min(100, progress) * 10) / 10 : 0;
}
