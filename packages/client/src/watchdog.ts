/** Sees to it that something happens at least every so often. */
export interface Watchdog {
  /** Something happened. */
  touch(): void;
  /** Milliseconds since something last happened. */
  idleMs(): number;
  /** Bites no more; holds no timer. */
  stop(): void;
}

/**
 * Calls `onStall` once when nothing has touched it for `stallMs`; 0 or `Infinity` turns it off. One timer, set again
 * only when it runs out: a touch costs no more than reading the clock. It is the wall clock, because the other one
 * stands still while a laptop sleeps.
 */
export function createWatchdog(stallMs: number, onStall: () => void): Watchdog {
  let last = Date.now();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const arm = (ms: number) => {
    timer = setTimeout(() => {
      const left = last + stallMs - Date.now();
      if (left > 0) arm(left);
      else onStall();
    }, ms);
  };
  if (stallMs > 0 && stallMs < Infinity) arm(stallMs);
  return {
    touch: () => {
      last = Date.now();
    },
    idleMs: () => Date.now() - last,
    stop: () => clearTimeout(timer),
  };
}
