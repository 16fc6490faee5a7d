import type { Visited, Wheel } from '../wheel.ts';

/**
 * Keeps clients that ask again the moment they are answered below the rate limit while tasks work: of an owner's polls,
 * one per tick of the wheel is answered with mere progress, and they take turns. Holds at most as many owners as are
 * answered in a tick.
 */
export class Pace implements Visited {
  slot = -1;
  readonly #wheel: Wheel;
  readonly #taken = new Set<string>();
  /** The tick that they are of. */
  #tick = 0;

  constructor(wheel: Wheel) {
    this.#wheel = wheel;
  }

  /** Takes the owner's turn in this tick; false if it is taken. */
  take(owner: string): boolean {
    if (this.#tick !== this.#wheel.now) this.#taken.clear();
    this.#tick = this.#wheel.now;
    if (this.#taken.has(owner)) return false;
    this.#taken.add(owner);
    // There has to be a next tick, or the turn would be taken for as long as nothing else hangs in the wheel.
    this.#wheel.add(this, 1);
    return true;
  }

  visit(): number {
    return 0;
  }
}
