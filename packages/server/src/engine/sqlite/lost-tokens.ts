/** Far more leases than one process can hold. */
const maxKept = 10_000;

/**
 * Tokens whose lease was cancelled, so that their holders learn why they lost it. The newest alone, and in memory: their
 * holders are of this process.
 */
export class LostTokens {
  readonly #cancelled = new Set<string>();

  cancelled(tokens: readonly string[]): void {
    for (const token of tokens) this.#cancelled.add(token);
    for (const token of this.#cancelled) {
      if (this.#cancelled.size <= maxKept) return;
      this.#cancelled.delete(token);
    }
  }

  why(token: string): 'cancelled' | 'expired' {
    return this.#cancelled.has(token) ? 'cancelled' : 'expired';
  }
}
