import type { DatabaseSync } from 'node:sqlite';
import type { Durations } from '../estimate.ts';
import { Feed } from '../feed.ts';
import type { Outlook } from '../outlook.ts';
import { Signals } from '../signals.ts';
import { Checkpointer } from './checkpoint.ts';
import { CleanupQueue } from './cleanup-queue.ts';
import { GroupSync } from './group-sync.ts';
import { LiveTasks } from './live-tasks.ts';
import { createPresenceCheck } from './presence.ts';
import { Session } from './session.ts';
import type { SessionClock } from './session.ts';
import { Sweep } from './sweep.ts';
import type { EngineLog } from './sweep.ts';
import { TaskChanges } from './task-changes.ts';
import { TaskLog } from './task-log.ts';
import { readDurations, readOutlook } from './timings.ts';
import { Wake } from './wake.ts';

interface CoreOptions {
  clock: SessionClock;
  log?: EngineLog | undefined;
  checkpointed?: (() => void) | undefined;
}

/** What all handles on an open store share: the parts with a lifetime. Opening it voids the leases of a former process. */
export class Core {
  readonly session: Session;
  readonly sync: GroupSync;
  /** Tasks that have files at work. */
  readonly live: LiveTasks;
  readonly feed: Feed;
  readonly signals: Signals;
  readonly durations: Durations;
  readonly outlook: Outlook;
  readonly changes: TaskChanges;
  readonly cleanups: CleanupQueue;
  /** Names of what runs at the moment; see {@link Engine.exclusively}. */
  readonly exclusive = new Set<string>();
  /** Throws where the database was taken away or proved damaged: for what is promised to outlast this process. */
  readonly requireStorage: () => void;
  readonly #wake: Wake;
  readonly #checkpointer: Checkpointer;
  readonly #log: EngineLog | undefined;

  constructor(db: DatabaseSync, path: string, { clock, log, checkpointed }: CoreOptions) {
    const now = () => clock.now();
    const onError = (error: unknown) => log?.error({ err: error }, 'A listener of the engine failed');
    this.feed = new Feed(onError);
    this.signals = new Signals(onError);
    const requirePresence = createPresenceCheck(path);
    this.requireStorage = () => {
      requirePresence();
      this.session.requireWhole();
    };
    this.#checkpointer = new Checkpointer(path, {
      onDone: checkpointed,
      onError: (error) => log?.error({ err: error }, 'The checkpoint thread failed'),
    });
    this.#log = log;
    this.sync = new GroupSync(path, {
      publish: (taskId, entries) => this.feed.publish(taskId, entries),
      onFailure: (error) =>
        log?.error({ err: error }, 'The database could not be synced; no more changes are accepted'),
    });
    this.session = new Session(db, {
      clock,
      sync: this.sync,
      committed: (pages) => {
        this.live.commit();
        this.#checkpointer.committed(pages);
      },
      rolledBack: () => {
        this.live.rollback();
        taskLog.rollback();
      },
    });
    const { session, sync, signals } = this;
    this.live = new LiveTasks(session);
    const taskLog = new TaskLog(session, this.live);
    this.durations = readDurations(session);
    this.outlook = readOutlook(session, this.durations);
    const wake = new Wake(now, (late) => sweep.run(late));
    this.#wake = wake;
    this.cleanups = new CleanupQueue(session, (dueAt) => (dueAt <= now() ? signals.work() : wake.by(dueAt)));
    const { live, cleanups, durations, outlook } = this;
    this.changes = new TaskChanges({ session, sync, live, log: taskLog, cleanups, durations, outlook, signals, wake });
    const sweep = new Sweep({ session, live, taskLog, changes: this.changes, cleanups, signals, log });
    session.change(() => {
      taskLog.recover();
      cleanups.voidLeases();
    });
    this.#voidLeases();
  }

  /** Resolves once what the opening has changed is on the disk. What has come due is done from then on. */
  async begin(): Promise<void> {
    await this.sync.begin();
    this.#wake.by(this.session.now());
  }

  /** Copies the log into the database, which takes on its size with it. */
  checkpoint(): void {
    this.#checkpointer.checkpoint();
  }

  /** Ends what is under way. */
  async close(): Promise<void> {
    this.#wake.close();
    this.signals.clear();
    this.feed.clear();
    try {
      this.changes.close();
      this.session.change(() => this.session.saveClock());
    } catch (error) {
      // The next start goes on from what was saved last.
      this.#log?.error({ err: error }, 'The last reports, or the time of the close, could not be written');
    }
    await this.sync.close();
    await this.#checkpointer.close();
  }

  #voidLeases(): void {
    // The less suspicious first. One that died with the server before waits until the ones before it had a second for
    // themselves: so it shows which of them it is that takes the server down, and the others get done.
    const files = this.session.all('allLeasedFiles').toSorted((a, b) => a.crashes - b.crashes);
    if (files.length === 0) return;
    const wasAlone = files.length === 1;
    this.session.change(() => {
      for (const [index, { place, token, crashes }] of files.entries()) {
        this.changes.change(place, { type: 'voided', token, wasAlone, delayMs: crashes > 0 ? index * 1000 : 0 });
      }
    });
  }
}
