import type { Visited, Wheel } from '../wheel.ts';

/**
 * Keeps clients that ask again the moment they are answered from asking hundreds of times a second while a task works:
 * of a task that was answered with entries in this tick of the wheel, mere progress is answered with the next one.
 * Holds at most as many tasks as polls are answered in a tick.
 */
export class Pace implements Visited {
  slot = -1;
  readonly #wheel: Wheel;
  #answered = new Set<string>();

  constructor(wheel: Wheel) {
    this.#wheel = wheel;
  }

  /** Whether entries of this task were given out in this tick. */
  isFast(taskId: string): boolean {
    return this.#answered.has(taskId);
  }

  /** Entries of this task are given out now. */
  answered(taskId: string): void {
    if (this.#answered.size === 0) this.#wheel.add(this, 1);
    this.#answered.add(taskId);
  }

  /** The tick is over. */
  visit(): number {
    this.#answered = new Set();
    return 0;
  }
}
