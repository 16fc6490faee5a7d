/**
 * Calls back when a page is likely to have a network again: it is online, visible again, or `restored` from the browser's
 * page cache, where its connections are dead. Outside a browser that never happens. Returns a function that stops it.
 */
export function onWake(wake: (restored: boolean) => void): () => void {
  const { document } = globalThis as { document?: Document };
  const online = () => wake(false);
  const shown = (event: Event) => wake((event as PageTransitionEvent).persisted);
  const visible = () => {
    if (document?.visibilityState === 'visible') wake(false);
  };
  if (typeof globalThis.addEventListener !== 'function') return () => undefined;
  globalThis.addEventListener('online', online);
  globalThis.addEventListener('pageshow', shown);
  document?.addEventListener('visibilitychange', visible);
  return () => {
    globalThis.removeEventListener('online', online);
    globalThis.removeEventListener('pageshow', shown);
    document?.removeEventListener('visibilitychange', visible);
  };
}
