import { Listeners } from './listeners.ts';

/** What the engine calls this process for, other than entries (see {@link Feed}). */
export class Signals {
  readonly onWork: Listeners<[]>;
  /** With the tokens of leases that were cancelled. */
  readonly onCancel: Listeners<[tokens: readonly string[]]>;
  /** With a login that is worthless from now on. */
  readonly onLoginEnded: Listeners<[loginId: string]>;
  #workDue = false;

  constructor(onError: (error: unknown) => void) {
    this.onWork = new Listeners(onError);
    this.onCancel = new Listeners(onError);
    this.onLoginEnded = new Listeners(onError);
  }

  /** Says that files or cleanups may be waiting: once for all that is said in one turn. */
  work(): void {
    if (this.#workDue) return;
    this.#workDue = true;
    queueMicrotask(() => {
      this.#workDue = false;
      this.onWork.notify();
    });
  }

  clear(): void {
    for (const listeners of [this.onWork, this.onCancel, this.onLoginEnded]) listeners.clear();
  }
}
