import { startStopwatch } from './stopwatch.ts';

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
 * again only when it expires, so a touch only reads the clocks.
 */
export function createWatchdog(stallMs: number, onStall: () => void): Watchdog {
  let idleMs = startStopwatch();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const arm = (ms: number) => {
    timer = setTimeout(() => {
      const left = stallMs - idleMs();
      if (left > 0) arm(left);
      else onStall();
    }, ms);
  };
  if (stallMs > 0 && stallMs < Infinity) arm(stallMs);
  return {
    touch: () => {
      idleMs = startStopwatch();
    },
    idleMs: () => idleMs(),
    stop: () => clearTimeout(timer),
  };
}
