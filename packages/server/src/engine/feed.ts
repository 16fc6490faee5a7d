import type { Entry } from './contract.ts';
import { Listeners } from './listeners.ts';

/**
 * Hands entries to the listeners of this process. Deliveries never nest: what a listener causes to be written is
 * handed out after what is being handed out now, so that each listener sees each task in order of sequence. A task
 * without listeners costs one look into a map. Grows with the number of listeners alone.
 */
export class Feed {
  readonly #listeners = new Map<string, Listeners<[entries: readonly Entry[]]>>();
  readonly #onError: (error: unknown) => void;
  #outbox: { taskId: string; entries: readonly Entry[] }[] = [];
  #delivering = false;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  /** Calls back with what is published for this task from now on; the returned function ends that. */
  subscribe(taskId: string, listener: (entries: readonly Entry[]) => void): () => void {
    const listeners = this.#listeners.get(taskId) ?? new Listeners(this.#onError);
    this.#listeners.set(taskId, listeners);
    const remove = listeners.add(listener);
    return () => {
      remove();
      if (listeners.size === 0 && this.#listeners.get(taskId) === listeners) this.#listeners.delete(taskId);
    };
  }

  /** Hands entries of one task out, in the order of the calls. */
  publish(taskId: string, entries: readonly Entry[]): void {
    if (!this.#listeners.has(taskId)) return;
    this.#outbox.push({ taskId, entries });
    if (this.#delivering) return;
    this.#delivering = true;
    try {
      for (let next = this.#outbox.shift(); next; next = this.#outbox.shift()) {
        this.#listeners.get(next.taskId)?.notify(next.entries);
      }
    } finally {
      this.#delivering = false;
    }
  }

  clear(): void {
    this.#listeners.clear();
    this.#outbox = [];
  }
}
