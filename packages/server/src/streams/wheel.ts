/** Something that wants to be looked at now and then. */
export interface Visited {
  /** Kept by the wheel: where the item hangs; -1 while it does not. */
  slot: number;
  /** Called when the item is due, with the present tick. Returns in how many ticks it is due again; 0 for never. */
  visit(now: number): number;
}

/**
 * One timer for all streams. Each item hangs in the slot of the tick at which it is next due, so a tick costs as much
 * as there is to do at it, and a stream needs no timer of its own. The timer runs only while something hangs in the
 * wheel. An item due later than one turn of the wheel is visited once a turn.
 */
export class Wheel {
  /** Ticks since the start; the clock that items reckon in. */
  now = 0;
  readonly #tickMs: number;
  readonly #slots: Set<Visited>[];
  #size = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: { tickMs: number; slots: number }) {
    this.#tickMs = options.tickMs;
    this.#slots = Array.from({ length: options.slots }, () => new Set());
  }

  /** Items that hang in the wheel. */
  get size(): number {
    return this.#size;
  }

  add(item: Visited, inTicks: number): void {
    this.remove(item);
    item.slot = (this.now + Math.min(Math.max(1, inTicks), this.#slots.length - 1)) % this.#slots.length;
    this.#slots[item.slot]?.add(item);
    this.#size += 1;
    this.#timer ??= setInterval(() => this.#tick(), this.#tickMs);
  }

  remove(item: Visited): void {
    if (item.slot === -1) return;
    this.#slots[item.slot]?.delete(item);
    item.slot = -1;
    this.#size -= 1;
    if (this.#size === 0) this.#stop();
  }

  /** Every item, in no order. Items may be removed meanwhile. */
  *items(): Generator<Visited> {
    for (const slot of this.#slots) yield* slot;
  }

  #tick(): void {
    this.now += 1;
    const due = [...(this.#slots[this.now % this.#slots.length] ?? [])];
    for (const item of due) {
      // An earlier visit of this tick may have taken it off.
      if (item.slot !== this.now % this.#slots.length) continue;
      const inTicks = item.visit(this.now);
      if (inTicks > 0) this.add(item, inTicks);
      else this.remove(item);
    }
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
