/** Detects that nothing has happened for too long. */
export interface Watchdog {
  /** Something happened. */
  touch(): void;
  /** Milliseconds since something last happened. */
  idleMs(): number;
  /** Stops watching and clears the timer. */
  stop(): void;
}

/**
 * Calls `onStall` once when it has not been touched for `stallMs`; 0 or `Infinity` turns it off. Its one timer is set
 * again only when it expires, so a touch only reads the clock. It uses wall-clock time because a monotonic clock may stop
 * while a laptop sleeps.
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
