import { hasEnded } from '@image2model/protocol';
import type { Engine, Entry, TaskRow } from '../engine/contract.ts';
import type { Visited, Wheel } from './wheel.ts';

type Reads = Pick<Engine, 'task' | 'entries'>;

interface Kept {
  task?: Promise<TaskRow | undefined>;
  newest?: Promise<Entry[] | undefined>;
}

/** How long an answer is kept, at most, in ticks of the wheel: a second. */
const keptTicks = 4;

/**
 * Answers of the engine about running tasks, for all who open a stream of the same task within a second: reading is the
 * dearest part of opening one. Whoever asks here has to hear of the task's entries, and to {@link forget} the answers
 * with the next of them.
 */
export class SharedReads implements Visited {
  slot = -1;
  readonly #engine: Reads;
  readonly #wheel: Wheel;
  #kept = new Map<string, Kept>();

  constructor(engine: Reads, wheel: Wheel) {
    this.#engine = engine;
    this.#wheel = wheel;
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
    if (this.#kept.delete(taskId) && this.#kept.size === 0) this.#wheel.remove(this);
  }

  /** Forgets everything. */
  visit(): number {
    this.#kept = new Map();
    return 0;
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
      if (this.#kept.size === 0) this.#wheel.add(this, keptTicks);
      kept = {};
      this.#kept.set(taskId, kept);
    }
    return kept;
  }
}
