import type { FileUpdate } from '@image2model/protocol';

/** What a person reads while a job goes on, in one place. */
export const messages = {
  fileWaiting: 'Waiting in the queue',
  fileStarting: 'Starting',
  fileDone: 'The model is ready',
  fileReused: 'Taken from an earlier result',
  fileCancelled: 'Cancelled',
  fileInterrupted: 'Interrupted, starting again soon',
  fileHandedBack: 'Handed back to the queue',
  workerGone: 'The worker stopped before it was done with this image',
  fileCrashed: 'The worker stopped twice on this image',
  serverCrashed: 'The server stopped each time that it worked on this image',
  taskCancelled: 'The task was cancelled',
  allFailed: (total: number) => `None of the ${total} images became a model`,
} as const;

/** The message of a waiting task. */
export function queuedMessage(position: number | null): string {
  if (position === null) return 'Waiting in the queue';
  return position === 1 ? 'Next in the queue' : `Waiting in the queue, number ${position}`;
}

/** The message of a task at work: of a single file what that file says, of several how many have ended. */
export function workingMessage(files: readonly Pick<FileUpdate, 'message'>[], ended: number): string {
  const [only] = files;
  if (files.length === 1 && only) return only.message;
  return `${ended} of ${files.length} images done`;
}
