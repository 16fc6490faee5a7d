/**
 * Starts a stopwatch; it returns the milliseconds since then. Of two clocks it believes the one that saw more time go
 * by: the wall clock counts the sleep of a laptop but can be set back, the monotonic one is never set but may sleep too.
 */
export function startStopwatch(): () => number {
  const wall = Date.now();
  const monotonic = performance.now();
  return () => Math.max(Date.now() - wall, performance.now() - monotonic);
}
