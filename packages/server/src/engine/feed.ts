import type { Entry } from './contract.ts';

export type EntriesListener = (entries: readonly Entry[]) => void;

/**
 * Hands entries to the listeners of this process. Deliveries never nest: what a listener causes to be written is
 * handed out after what is being handed out now, so that each listener sees each task in order of sequence. A task
 * without listeners costs one look into a map. Grows with the number of listeners alone.
 */
export class Feed {
  readonly #listeners = new Map<string, Set<EntriesListener>>();
  readonly #onError: (error: unknown) => void;
  #outbox: { taskId: string; entries: readonly Entry[] }[] = [];
  #delivering = false;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  /** Calls back with what is published for this task from now on; the returned function ends that. */
  subscribe(taskId: string, listener: EntriesListener): () => void {
    // Wrapped, so that one function subscribed twice is two subscriptions.
    const own: EntriesListener = (entries) => listener(entries);
    const known = this.#listeners.get(taskId) ?? new Set();
    this.#listeners.set(taskId, known.add(own));
    return () => {
      known.delete(own);
      if (known.size === 0 && this.#listeners.get(taskId) === known) this.#listeners.delete(taskId);
    };
  }

  /** Whether anybody listens to this task. */
  has(taskId: string): boolean {
    return this.#listeners.has(taskId);
  }

  /** Hands entries of one task out, in the order of the calls. A listener that throws is reported and holds nobody up. */
  publish(taskId: string, entries: readonly Entry[]): void {
    if (!this.#listeners.has(taskId)) return;
    this.#outbox.push({ taskId, entries });
    if (this.#delivering) return;
    this.#delivering = true;
    try {
      for (let next = this.#outbox.shift(); next; next = this.#outbox.shift()) this.#deliver(next.taskId, next.entries);
    } finally {
      this.#delivering = false;
    }
  }

  clear(): void {
    this.#listeners.clear();
    this.#outbox = [];
  }

  #deliver(taskId: string, entries: readonly Entry[]): void {
    for (const listener of this.#listeners.get(taskId) ?? []) {
      try {
        listener(entries);
      } catch (error) {
        this.#onError(error);
      }
    }
  }
}
