/** The page has been at rest for so long that what is not needed disturbs nobody. */
const restMs = 3000;
/** A browser that is never idle does it all the same. */
const maxWaitMs = 2000;

/** What says that somebody is looking around. */
const signs = ['pointermove', 'pointerdown', 'keydown', 'scroll'] as const;

/**
 * Calls back once the page is loaded and the browser has nothing else to do: as soon as somebody moves, at the latest after a
 * rest. Returns how to call it off.
 */
export function whenIdle(callback: () => void): () => void {
  const off = new AbortController();
  const { signal } = off;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const start = () => {
    off.abort();
    clearTimeout(timer);
    const later = globalThis.requestIdleCallback ?? ((run: () => void) => setTimeout(run, 1));
    later(() => callback(), { timeout: maxWaitMs });
  };
  const wait = () => {
    if (signal.aborted) return;
    for (const sign of signs) addEventListener(sign, start, { signal, passive: true });
    timer = setTimeout(start, restMs);
  };
  if (document.readyState === 'complete') wait();
  else addEventListener('load', wait, { signal, once: true });
  return () => {
    off.abort();
    clearTimeout(timer);
  };
}
