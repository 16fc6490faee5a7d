/** Milliseconds after which a page that is never idle counts as idle all the same. */
const patienceMs = 3000;
/** Signs that somebody is there and wants to see it now. */
const signs = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'] as const;

/**
 * Calls `start` once the page is loaded and has nothing better to do, or at the first sign of somebody using it. Gives what
 * takes it back.
 */
export function whenIdle(start: () => void): () => void {
  const stop = new AbortController();
  const { signal } = stop;
  const once = () => {
    if (signal.aborted) return;
    stop.abort();
    start();
  };
  const wait = () => {
    if (signal.aborted) return;
    // Missing in Safari.
    if (typeof requestIdleCallback === 'function') requestIdleCallback(once, { timeout: patienceMs });
    else setTimeout(once, 200);
  };
  for (const sign of signs) addEventListener(sign, once, { signal, passive: true });
  if (document.readyState === 'complete') wait();
  else addEventListener('load', wait, { signal });
  return () => stop.abort();
}
