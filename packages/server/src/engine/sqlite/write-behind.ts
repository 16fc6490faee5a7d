import { setImmediate } from 'node:timers';

/** Reports are written this long after the first of them at the latest, in ms. */
const afterMs = 200;
/** How soon what could not be written is tried again. */
const retryAfterMs = 1000;

/**
 * Writes what reports have changed in memory, a little later and a little at a time: no single write holds the readers
 * up. What a report said is lost with the process until then. Where nothing can be written, no more is accepted, so what
 * waits is bounded.
 */
export class WriteBehind {
  /** Of tasks that have something to write, the one that waits longest first. */
  readonly #places = new Set<number>();
  readonly #write: (places: Iterable<number>) => readonly number[];
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;
  /** Why the last write failed. */
  #failure: { error: unknown } | undefined;

  /** `write` commits what the first few of these tasks have, and returns which. */
  constructor(write: (places: Iterable<number>) => readonly number[]) {
    this.#write = write;
  }

  /** Throws while nothing can be written. */
  check(): void {
    if (this.#failure) throw this.#failure.error;
  }

  /** Takes note that a task has something to write. */
  add(place: number): void {
    this.#places.add(place);
    this.#in(afterMs);
  }

  /** Writes what the first few have, at once. Throws where that fails. */
  write(): void {
    for (const place of this.#write(this.#places)) this.#places.delete(place);
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  #in(ms: number): void {
    if (!this.#isClosed) this.#timer ??= setTimeout(() => this.#run(), ms);
  }

  #run(): void {
    if (this.#isClosed) return;
    try {
      this.write();
      this.#failure = undefined;
    } catch (error) {
      this.#failure = { error };
      this.#timer = undefined;
      this.#in(retryAfterMs);
      return;
    }
    if (this.#places.size > 0) setImmediate(() => this.#run());
    else this.#timer = undefined;
  }
}
