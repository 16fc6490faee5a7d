/**
 * How long things have been as they are, by what this process saw of them. What it sees first is new, however old its
 * time stamp is: the wall clock that made that may have been set since. Holds what the last two rounds saw.
 */
export class Ages {
  #before = new Map<string, Seen>();
  #round = new Map<string, Seen>();

  /** Begins a round; what the one before did not see is forgotten. */
  begin(): void {
    this.#before = this.#round;
    this.#round = new Map();
  }

  /** For how many ms this has been seen in this state. */
  of(name: string, state = ''): number {
    const now = performance.now();
    const known = this.#before.get(name);
    const seen = known?.state === state ? known : { state, since: now };
    this.#round.set(name, seen);
    return now - seen.since;
  }
}

interface Seen {
  state: string;
  /** By `performance.now`, which nobody sets. */
  since: number;
}
