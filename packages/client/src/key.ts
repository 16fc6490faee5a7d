/** Creates an idempotency key. Pages served over plain HTTP have no `crypto.randomUUID`. */
export function createKey(): string {
  return (
    (crypto as Partial<Crypto>).randomUUID?.() ??
    Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
  );
}
