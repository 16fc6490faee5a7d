/** Node's own limit is 2^31 ms. */
const maxDelayMs = 3_600_000;

/**
 * One timer for the earliest of many due times. `ring` is called when it has come and says when the next one is (a time
 * of the same clock, undefined for none). `late` is by how many ms the ring came after its time.
 */
export class Wake {
  readonly #now: () => number;
  readonly #ring: (late: number) => number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #dueAt = Infinity;
  #closed = false;

  constructor(now: () => number, ring: (late: number) => number | undefined) {
    this.#now = now;
    this.#ring = ring;
  }

  /** Makes sure that it rings at this time or before. */
  by(dueAt: number): void {
    if (dueAt >= this.#dueAt || this.#closed) return;
    clearTimeout(this.#timer);
    this.#dueAt = dueAt;
    const delay = Math.min(maxDelayMs, Math.max(0, dueAt - this.#now()));
    this.#timer = setTimeout(() => this.#fire(), delay);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #fire(): void {
    const late = this.#now() - this.#dueAt;
    const dueAt = this.#dueAt;
    this.#dueAt = Infinity;
    // Set for the limit, not for the time itself: sleep on.
    const next = late < 0 ? dueAt : this.#ring(late);
    if (next !== undefined) this.by(next);
  }
}
