/** Creates an idempotency key of 128 random bits. Pages served over plain HTTP have no `crypto.randomUUID`. */
export function createKey(): string {
  return crypto.getRandomValues(new Uint32Array(4)).join('-');
}
