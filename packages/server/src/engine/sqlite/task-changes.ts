import type { NewJob } from '../contract.ts';
import type { Durations } from '../estimate.ts';
import type { Outlook } from '../outlook.ts';
import type { Signals } from '../signals.ts';
import { applyToTask } from '../task.ts';
import { isInQueue, newTask } from '../task-state.ts';
import type { AppliedChange, FileState, NewTaskFile, TaskChange, TaskContext } from '../task-state.ts';
import type { CleanupQueue } from './cleanup-queue.ts';
import { savedTask } from './live-tasks.ts';
import type { LiveTask, LiveTasks, TaskFacts } from './live-tasks.ts';
import { LostTokens } from './lost-tokens.ts';
import { Positions } from './positions.ts';
import type { GroupSync } from './group-sync.ts';
import { noteResult, supersede } from './results.ts';
import type { Session } from './session.ts';
import { compactionDue, isFull } from './task-log.ts';
import type { TaskLog } from './task-log.ts';
import { noteDurations } from './timings.ts';
import type { Wake } from './wake.ts';
import { WriteBehind } from './write-behind.ts';

interface Parts {
  session: Session;
  sync: GroupSync;
  live: LiveTasks;
  log: TaskLog;
  cleanups: CleanupQueue;
  durations: Durations;
  outlook: Outlook;
  signals: Signals;
  wake: Wake;
}

/** A new task as it is submitted. */
type TaskRow = Omit<TaskFacts, 'place' | 'turn'> & { createdAt: number };
type NewTaskFiles = Pick<NewJob, 'results' | 'endings'> & { files: readonly NewTaskFile[] };

/** How long a result stays once there is a new one, in ms: somebody may be in the middle of an archive with it. */
const readersMs = 600_000;

/** The ways to change a task: the state machine decides, the log writes, and what follows of it happens after the commit. */
export class TaskChanges {
  readonly positions: Positions;
  readonly #behind: WriteBehind;
  readonly lost = new LostTokens();
  readonly #parts: Parts;
  /** The last turn given, on a counter over all tasks: of this process alone, which is the only one that claims. */
  #turn: number;

  constructor(parts: Parts) {
    const { session } = parts;
    this.#parts = parts;
    this.#turn = session.get('lastTurn')?.turn ?? 0;
    this.positions = new Positions(session, (place, position) => {
      this.change(place, { type: 'positioned', position });
    });
    this.#behind = new WriteBehind((places) => session.change(() => parts.log.writeSome(places)));
  }

  /** Inserts a task with its files; inside a transaction. */
  insertTask(row: TaskRow, { files, results, endings }: NewTaskFiles): void {
    const { session, signals } = this.#parts;
    const turn = this.#turn;
    const place = session.insert('insertTask', { ...row, total: files.length, turn });
    for (const { fileId, remakes } of files)
      session.insert('insertTaskFile', { place, fileId, remakes: Number(remakes ?? 0) });
    const live = savedTask({ ...row, place, turn }, newTask(row, files));
    const opened = this.#apply(live, { type: 'opened', results, endings, position: this.positions.next() });
    if (opened?.state.status !== 'queued') return;
    session.afterCommit(() => {
      this.positions.joined();
      signals.work();
    });
  }

  /** Changes a task; inside a transaction. Undefined, and nothing written, where the change is not allowed. */
  change(place: number, change: TaskChange): AppliedChange | undefined {
    return this.#apply(this.#parts.live.take(place), change);
  }

  /** As one transaction: changes the task of which a token leases a file; false when it leases none. */
  async changeLeased(token: string, change: TaskChange): Promise<boolean> {
    const { session, live } = this.#parts;
    const place = live.placeOf(token);
    if (place === undefined) return false;
    return await session.durable(() => this.change(place, change) !== undefined);
  }

  /** Takes a report in: readers have it at once, the database a little later. False when the lease is lost. */
  report(report: Extract<TaskChange, { type: 'reported' }>): boolean {
    const { session, sync, live, log } = this.#parts;
    const place = live.placeOf(report.token);
    if (place === undefined) return false;
    this.#behind.check();
    while (isFull(live.take(place))) this.#behind.write();
    const task = live.take(place);
    const applied = applyToTask(task.state, report, this.#context(task.facts));
    if (!applied) return false;
    const { entries, state } = applied;
    if (entries.length === 0) return true;
    if (log.report(task, applied)) {
      this.#behind.add(place);
      sync.handOut(state.taskId, entries);
    } else {
      session.change(() => live.replace(log.write(task, applied)));
    }
    return true;
  }

  /** Leases a file, as one transaction; its task goes behind all others. */
  claim(place: number, change: Extract<TaskChange, { type: 'claimed' }>): void {
    const { session, live } = this.#parts;
    session.change(() => {
      const task = live.take(place);
      this.#turn += 1;
      const turned = { ...task, facts: { ...task.facts, turn: this.#turn } };
      this.#apply(turned, change);
    });
  }

  /** Prolongs leases, as one transaction. */
  renew(tokens: readonly string[], leaseMs: number): void {
    const { session, wake } = this.#parts;
    const dueAt = session.now() + leaseMs;
    session.change(() => {
      for (const token of tokens) {
        this.#changeLease(token, { type: 'renewed', token, leaseMs }, () => session.run('renew', dueAt, token));
      }
    });
    wake.by(dueAt);
  }

  /** Stores what a model needs for its next attempt, as one transaction; false when the token leases nothing. */
  async remember(token: string, remembered: unknown): Promise<boolean> {
    const { session } = this.#parts;
    const row = remembered === undefined ? null : JSON.stringify(remembered);
    const save = () => session.run('remember', row, token);
    return await session.durable(() => this.#changeLease(token, { type: 'remembered', token, remembered }, save));
  }

  /** For what a lease's own columns hold: `save` writes them alone, and no entry comes of it. */
  #changeLease(token: string, change: TaskChange, save: () => void): boolean {
    const { live } = this.#parts;
    const place = live.placeOf(token);
    if (place === undefined) return false;
    const task = live.take(place);
    const applied = applyToTask(task.state, change, this.#context(task.facts));
    if (!applied) return false;
    save();
    live.replace({ ...task, state: applied.state });
    return true;
  }

  #context(facts: TaskFacts): TaskContext {
    const { session, outlook } = this.#parts;
    const now = session.now();
    return { now, timestamp: session.toWall(now), estimate: (task) => outlook.estimate(facts, task) };
  }

  #apply(task: LiveTask, change: TaskChange): AppliedChange | undefined {
    const { session, live, log, cleanups, durations } = this.#parts;
    const applied = applyToTask(task.state, change, this.#context(task.facts));
    if (!applied) return undefined;
    live.replace(log.write(task, applied));
    for (const cleanup of applied.cleanups) cleanups.add(cleanup);
    for (const file of applied.files) {
      if (file.status !== 'completed') continue;
      if (change.type === 'finished') this.#supersede(task.facts, file);
      noteResult(session, task.facts, file.fileId);
    }
    noteDurations(session, durations, { before: task.state, change, applied });
    session.afterCommit(() => this.#follow(task, change, applied));
    return applied;
  }

  /** What is left of earlier results of a file that was made again is removed. */
  #supersede({ place, jobId }: TaskFacts, { fileId, remakes }: FileState): void {
    const { session, cleanups } = this.#parts;
    // Nobody reads what was lost.
    const delayMs = remakes ? readersMs : 0;
    for (const attemptId of supersede(session, place, fileId)) {
      cleanups.add({ cleanup: { type: 'remove_attempt', jobId, fileId, attemptId }, delayMs });
    }
  }

  /** What a written change means for timers and workers. */
  #follow({ facts, state: before }: LiveTask, { type }: TaskChange, { state, files, lost }: AppliedChange): void {
    const { outlook, signals, wake } = this.#parts;
    outlook.note(facts, state);
    for (const { dueAt } of files) if (dueAt !== null) wake.by(dueAt);
    wake.by(compactionDue(state) ?? Infinity);
    if (type === 'opened') return;
    // A file waits that did not, or one fewer counts towards the limit of its model.
    if (state.waiting > before.waiting || state.running < before.running) signals.work();
    if (isInQueue(before) !== isInQueue(state)) {
      if (isInQueue(state)) this.positions.returned();
      else this.positions.left();
      wake.by(this.positions.dueAt ?? Infinity);
    }
    if (type !== 'cancelled' || lost.length === 0) return;
    this.lost.cancelled(lost);
    signals.onCancel.notify(lost);
  }

  /** Writes what reports have left in memory; nothing is reported any more. */
  close(): void {
    this.#behind.close();
    this.#parts.session.change(() => this.#parts.log.writeAll());
  }
}
