/** Listeners of this process. One that throws is reported and holds nobody up. */
export class Listeners<Heard extends readonly unknown[]> {
  readonly #listeners = new Set<{ call: (...heard: Heard) => void }>();
  readonly #onError: (error: unknown) => void;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  get size(): number {
    return this.#listeners.size;
  }

  /** Returns the function that removes it. A function that is added twice is two listeners. */
  add(call: (...heard: Heard) => void): () => void {
    const own = { call };
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  notify(...heard: Heard): void {
    for (const { call } of this.#listeners) {
      try {
        call(...heard);
      } catch (error) {
        this.#onError(error);
      }
    }
  }

  clear(): void {
    this.#listeners.clear();
  }
}
