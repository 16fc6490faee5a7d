type CancelListener = (tokens: readonly string[]) => void;
type LoginListener = (loginId: string) => void;

/** Calls of this process from the engine. A listener that throws is reported and holds nobody up. */
export class Signals {
  readonly #work = new Set<() => void>();
  readonly #cancel = new Set<CancelListener>();
  readonly #login = new Set<LoginListener>();
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

  onLoginEnded(listener: LoginListener): () => void {
    return add(this.#login, (loginId) => listener(loginId));
  }

  /** Says that files or cleanups may be waiting: once for all that is said in one turn. */
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
    for (const listener of this.#cancel) this.#guarded(() => listener(tokens));
  }

  /** Says which login is worthless from now on. */
  loginEnded(loginId: string): void {
    for (const listener of this.#login) this.#guarded(() => listener(loginId));
  }

  clear(): void {
    this.#work.clear();
    this.#cancel.clear();
    this.#login.clear();
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
