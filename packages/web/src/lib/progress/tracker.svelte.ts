import { type ApiService, createProgressStore, type OpenFeed, type ProgressSnapshot } from '@image2model/client';
import { type FileUpdate, hasEnded, initialTaskState, type TaskState } from '@image2model/protocol';
import type { CallError } from '../messages/error-kind.ts';
import { explain } from '../messages/errors.ts';
import { progressOf } from './counts.ts';
import { onceAFrame } from './frame.ts';

/** What a tracker reports besides its state. */
export interface TrackerEvents {
  /** The task ended while it was followed (`live`), or had ended before. */
  onEnd(task: TaskState, live: boolean): void;
}

/** Files in progress whose bars may all glide at once. */
const maxGlidingFiles = 4;

/**
 * Follows one task for the page. Its state comes from the same reducer as on the server, so that a reload, a resume and a
 * live view cannot differ. However many events arrive, the page is drawn ten times a second.
 */
export class Tracker {
  readonly taskId: string;
  readonly #api: ApiService;
  readonly #events: TrackerEvents;
  readonly #open: OpenFeed | undefined;
  #close: (() => void) | undefined;
  #often: boolean = $state(false);
  task: TaskState = $state.raw(initialTaskState(''));
  connection: ProgressSnapshot['connection'] = $state('connecting');
  /** While reconnecting: why the connection was lost, as a stable code. */
  lost: string | undefined = $state();
  /** Why it cannot continue; the task itself may be fine. */
  error: CallError | undefined = $state.raw();
  readonly files: readonly FileUpdate[] = $derived(this.task.files);
  /** In whole per cent; a hundred only once it is done. */
  readonly overallProgress: number = $derived(Math.floor(progressOf(this.task)));
  /** So much happens that nothing should glide from one state to the next: something would always be moving. */
  readonly hurried: boolean = $derived(
    this.#often && this.task.files.filter(({ status }) => status === 'processing').length > maxGlidingFiles,
  );
  readonly ended: boolean = $derived(hasEnded(this.task.status));

  /** `open`: how to connect; by default, a connection of its own. */
  constructor(api: ApiService, taskId: string, events: TrackerEvents, open?: OpenFeed) {
    this.#api = api;
    this.taskId = taskId;
    this.#events = events;
    this.#open = open;
    this.task = initialTaskState(taskId);
  }

  /** Starts, or continues where it stopped. */
  startTracking(): void {
    this.close();
    this.error = undefined;
    let live = false;
    let ended = this.ended;
    let newest: ProgressSnapshot | undefined;
    const frame = onceAFrame((often) => {
      this.#often = often;
      if (newest) this.#show(newest);
    });
    const store = createProgressStore(this.taskId, {
      ...this.#api.streamOptions(),
      ...(this.#open && { open: this.#open }),
      ...(this.task.sequence > 0 && !ended && { initial: this.task }),
    });
    const unsubscribe = store.subscribe((snapshot) => {
      const { task, connection } = snapshot;
      newest = snapshot;
      const endsNow = hasEnded(task.status) && !ended;
      ended ||= endsNow;
      // An ending and changes of the connection are shown at once; the rest with the next frame.
      if (endsNow || connection !== 'open') this.#show(snapshot);
      else frame.ask();
      if (endsNow) this.#events.onEnd(task, live);
      // The first answer is the state so far; only what follows is live. The first answer of an ended task has no progress of
      // the task itself, which alone names the job.
      live ||= task.job_id !== '' && !hasEnded(task.status);
    });
    this.#close = () => {
      frame.cancel();
      unsubscribe();
    };
  }

  /** Cancels all that has not ended, or one file. Gives an error text if that was not possible. */
  async cancel(fileId?: string): Promise<string | undefined> {
    const answer = await (fileId === undefined
      ? this.#api.cancelTask(this.taskId)
      : this.#api.cancelFile(this.taskId, fileId));
    return answer.success || answer.code === 'TASK_ENDED' ? undefined : explain(answer);
  }

  /** Closes the connection; may be called twice. The work continues. */
  close(): void {
    this.#close?.();
    this.#close = undefined;
  }

  #show({ task, connection, reconnecting, error }: ProgressSnapshot): void {
    this.task = task;
    this.connection = connection;
    this.lost = reconnecting?.reason.code;
    if (error) this.error = { code: error.code, error: error.message };
  }
}
