import { hasEnded } from '@image2model/protocol';
import type { Engine, Entry, TaskRow } from '../engine/contract.ts';

type Reads = Pick<Engine, 'task' | 'entries'>;

interface Kept {
  task?: Promise<TaskRow | undefined>;
  newest?: Promise<Entry[] | undefined>;
}

/** How long an answer is kept, at most, in ms. */
const keepMs = 1000;

/**
 * Answers of the engine about running tasks, for all who open a stream of the same task within a second: reading is the
 * dearest part of opening one. Whoever asks here has to hear of the task's entries, and to {@link forget} the answers
 * with the next of them.
 */
export class SharedReads {
  readonly #engine: Reads;
  #kept = new Map<string, Kept>();
  #timer: NodeJS.Timeout | undefined;

  constructor(engine: Reads) {
    this.#engine = engine;
  }

  /** As the engine's `task`. */
  task(taskId: string): Promise<TaskRow | undefined> {
    return (this.#keep(taskId).task ??= this.#readTask(taskId));
  }

  /** As the engine's `entries` without a cursor. */
  newest(taskId: string): Promise<Entry[] | undefined> {
    return (this.#keep(taskId).newest ??= this.#readNewest(taskId));
  }

  forget(taskId: string): void {
    if (this.#kept.delete(taskId) && this.#kept.size === 0) this.#forgetAll();
  }

  async #readTask(taskId: string): Promise<TaskRow | undefined> {
    let isRunning = false;
    try {
      const task = await this.#engine.task(taskId);
      isRunning = task !== undefined && !hasEnded(task.status);
      return task;
    } finally {
      // One that has ended may be deleted.
      if (!isRunning) this.forget(taskId);
    }
  }

  async #readNewest(taskId: string): Promise<Entry[] | undefined> {
    try {
      return await this.#engine.entries(taskId);
    } catch (error) {
      this.forget(taskId);
      throw error;
    }
  }

  #keep(taskId: string): Kept {
    let kept = this.#kept.get(taskId);
    if (kept === undefined) {
      kept = {};
      this.#kept.set(taskId, kept);
      this.#timer ??= setTimeout(() => this.#forgetAll(), keepMs);
    }
    return kept;
  }

  #forgetAll(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#kept = new Map();
  }
}
