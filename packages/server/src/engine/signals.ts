import type { Abandoned } from './contract.ts';

type CancelListener = (tokens: readonly string[]) => void;
type AbandonListener = (left: readonly Abandoned[]) => void;

/** Calls of this process between the engine and its workers. A listener that throws is reported and holds nobody up. */
export class Signals {
  readonly #work = new Set<() => void>();
  readonly #cancel = new Set<CancelListener>();
  readonly #abandon = new Set<AbandonListener>();
  readonly #onError: (error: unknown) => void;
  #workDue = false;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  onWork(listener: () => void): () => void {
    return add(this.#work, () => listener());
  }

  onCancel(listener: CancelListener): () => void {
    return add(this.#cancel, (tokens) => listener(tokens));
  }

  onAbandoned(listener: AbandonListener): () => void {
    return add(this.#abandon, (left) => listener(left));
  }

  /** Says that files may be waiting: once for all that is said in one turn. */
  work(): void {
    if (this.#workDue) return;
    this.#workDue = true;
    queueMicrotask(() => {
      this.#workDue = false;
      for (const listener of this.#work) this.#guarded(listener);
    });
  }

  /** Says whose leases were cancelled. */
  cancelled(tokens: readonly string[]): void {
    if (tokens.length === 0) return;
    for (const listener of this.#cancel) this.#guarded(() => listener(tokens));
  }

  /** Says what goes on elsewhere for files that were cancelled. */
  abandoned(left: readonly Abandoned[]): void {
    if (left.length === 0) return;
    for (const listener of this.#abandon) this.#guarded(() => listener(left));
  }

  clear(): void {
    this.#work.clear();
    this.#cancel.clear();
    this.#abandon.clear();
  }

  #guarded(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#onError(error);
    }
  }
}

/** The listeners are wrapped by the caller, so that one function added twice is two. */
function add<Listener>(listeners: Set<Listener>, own: Listener): () => void {
  listeners.add(own);
  return () => void listeners.delete(own);
}
