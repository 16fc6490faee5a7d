/** Both a page and its document, as some of these events reach only one of them. */
const events = ['online', 'focus', 'pageshow', 'visibilitychange'];

/**
 * Calls back when a page is likely to have a network again: it is online, looked at again, or `restored` from the
 * browser's page cache, where its connections are dead. Outside a browser that never happens. Returns a function that
 * stops it.
 */
export function onWake(wake: (restored: boolean) => void): () => void {
  const page = globalThis as Partial<Window & typeof globalThis>;
  const { document } = page;
  const listener = ({ type, persisted }: Event & { persisted?: boolean }) => {
    if (type === 'online' || document?.visibilityState !== 'hidden') wake(Boolean(persisted));
  };
  const each = (method: 'addEventListener' | 'removeEventListener') => {
    for (const target of [page, document]) for (const event of events) target?.[method]?.(event, listener);
  };
  each('addEventListener');
  return () => each('removeEventListener');
}
