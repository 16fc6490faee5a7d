import { type ApiService, createProgressStore, type ProgressSnapshot } from '@image2model/client';
import { type FileUpdate, hasEnded, initialTaskState, type TaskState } from '@image2model/protocol';

/** What a tracker tells besides its state: once for each ending that it sees happen. */
export interface TrackerEvents {
  /** The task ended while it was watched (`live`), or had ended before. */
  onEnd(task: TaskState, live: boolean): void;
}

/**
 * Follows one task for the page. The state is the sum of its events by the same reducer as on the server, so that a
 * reload, a resume and a live view cannot differ.
 */
export class Tracker {
  readonly taskId: string;
  readonly #api: ApiService;
  readonly #events: TrackerEvents;
  #close: (() => void) | undefined;
  task: TaskState = $state.raw(initialTaskState(''));
  connection: ProgressSnapshot['connection'] = $state('connecting');
  /** Why it cannot go on; the task itself may be well. */
  error: { code: string; message: string } | undefined = $state();
  readonly files: readonly FileUpdate[] = $derived(this.task.files);
  readonly overallProgress: number = $derived(Math.round(this.task.progress));
  readonly ended: boolean = $derived(hasEnded(this.task.status));

  constructor(api: ApiService, taskId: string, events: TrackerEvents) {
    this.#api = api;
    this.taskId = taskId;
    this.#events = events;
    this.task = initialTaskState(taskId);
  }

  /** Starts, or starts again where it was. */
  startTracking(): void {
    this.close();
    this.error = undefined;
    let live = false;
    const store = createProgressStore(this.taskId, {
      ...this.#api.streamOptions(),
      ...(this.task.sequence > 0 && !this.ended && { initial: this.task }),
    });
    this.#close = store.subscribe(({ task, connection, error }) => {
      const endsNow = hasEnded(task.status) && !this.ended;
      this.task = task;
      this.connection = connection;
      if (error) this.error = { code: error.code, message: error.message };
      if (endsNow) this.#events.onEnd(task, live);
      // What comes with the first answer is how things stood; only what follows is news. The first answer of an ended task
      // has no progress of the task itself, which alone names the job.
      live ||= task.job_id !== '' && !hasEnded(task.status);
    });
  }

  /** Cancels all that has not ended, or one file. A sentence where the server would not. */
  async cancel(fileId?: string): Promise<string | undefined> {
    const answer = await (fileId === undefined
      ? this.#api.cancelTask(this.taskId)
      : this.#api.cancelFile(this.taskId, fileId));
    return answer.success || answer.code === 'TASK_ENDED' ? undefined : answer.error;
  }

  /** Lets go of the connection; may be called twice. The work goes on. */
  close(): void {
    this.#close?.();
    this.#close = undefined;
  }
}
