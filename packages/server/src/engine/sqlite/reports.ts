import { setImmediate } from 'node:timers';
import type { TaskChange } from '../task-state.ts';

export type Report = Extract<TaskChange, { type: 'reported' }>;

/**
 * Gathers the reports of one turn of the event loop into one transaction: half the cost of a small transaction is its
 * commit. Whoever changes anything else calls `write` first, so that nothing overtakes a report. Holds at most what
 * one turn brings.
 */
export class Reports {
  readonly #writeAll: (reports: readonly Report[]) => boolean[];
  #waiting: { report: Report; written: PromiseWithResolvers<boolean> }[] = [];

  /** `writeAll` commits reports and says of each whether its lease still held. */
  constructor(writeAll: (reports: readonly Report[]) => boolean[]) {
    this.#writeAll = writeAll;
  }

  /** Resolves after the commit. */
  add(report: Report): Promise<boolean> {
    if (this.#waiting.length === 0) setImmediate(() => this.write());
    const written = Promise.withResolvers<boolean>();
    this.#waiting.push({ report, written });
    return written.promise;
  }

  /** Writes what is waiting, now. */
  write(): void {
    const waiting = this.#waiting;
    if (waiting.length === 0) return;
    this.#waiting = [];
    try {
      const held = this.#writeAll(waiting.map(({ report }) => report));
      for (const [index, { written }] of waiting.entries()) written.resolve(held[index] ?? false);
    } catch (error) {
      for (const { written } of waiting) written.reject(error);
    }
  }
}
