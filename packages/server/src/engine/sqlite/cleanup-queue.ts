import { randomUUID } from 'node:crypto';
import type { Cleanup, CleanupLease } from '../contract.ts';
import type { DueCleanup } from '../task-state.ts';
import type { Session } from './session.ts';

/** Cleanups in the store, and the bell for those that come due: whether by themselves or when their lease expires. */
export class CleanupQueue {
  readonly #session: Session;
  /** Workers have been called for all that was due then. */
  #rungUntil = -1;
  readonly #due: (dueAt: number) => void;

  /** `due` is called after a commit with the time from which on there is something to claim. */
  constructor(session: Session, due: (dueAt: number) => void) {
    this.#session = session;
    this.#due = due;
  }

  /** Inside a transaction. */
  add({ cleanup, delayMs }: DueCleanup): void {
    const dueAt = this.#session.now() + Math.max(0, delayMs);
    const model = cleanup.type === 'cancel_remote_job' ? cleanup.model : null;
    this.#session.insert('insertCleanup', { model, cleanup: JSON.stringify(cleanup), dueAt });
    this.#session.afterCommit(() => this.#due(dueAt));
  }

  claim(worker: string, leaseMs: number, models: readonly string[]): CleanupLease | undefined {
    const session = this.#session;
    const found = session.get('claimableCleanup', session.now(), JSON.stringify(models));
    if (!found) return undefined;
    const token = randomUUID();
    const dueAt = session.now() + leaseMs;
    session.change(() => session.run('leaseCleanup', token, worker, dueAt, found.number));
    this.#due(dueAt);
    return { token, attempt: found.attempts + 1, cleanup: JSON.parse(found.cleanup) as Cleanup };
  }

  async finish(token: string): Promise<void> {
    await this.#session.durable(() => this.#session.run('deleteCleanup', token));
  }

  retry(token: string, delayMs: number): void {
    const dueAt = this.#session.now() + Math.max(0, delayMs);
    const found = this.#session.change(() => this.#session.run('returnCleanup', dueAt, token));
    if (found > 0) this.#due(dueAt);
  }

  /** Whoever leased one is dead: it is due now. Inside a transaction. */
  voidLeases(): void {
    this.#session.run('voidCleanups', this.#session.now());
  }

  /** Whether some have come due since this was asked last. */
  cameDue(): boolean {
    const dueAt = this.nextDue();
    if (dueAt === undefined || dueAt > this.#session.now()) return false;
    this.#rungUntil = this.#session.now();
    return true;
  }

  /** When the next one comes due. What nobody has claimed since it did is not rung for again. */
  nextDue(): number | undefined {
    return this.#session.get('cleanupDue', this.#rungUntil)?.due ?? undefined;
  }
}
