import type { Entry } from '../contract.ts';
import type { FileState, TaskState } from '../task-state.ts';
import { toFile, toTask } from './rows.ts';
import type { TaskRecord } from './rows.ts';
import type { Session } from './session.ts';

/** What is fixed about a task, and its turn. */
export type TaskFacts = Pick<
  TaskRecord,
  'place' | 'taskId' | 'jobId' | 'owner' | 'model' | 'options' | 'faceLimit' | 'turn'
>;

/** What reports have left in memory of a task. They add to the lists; it is replaced by who writes it. */
interface Unsaved {
  /** That the table of entries does not have, oldest first. */
  readonly entries: Entry[];
  /** Sequences of entries that these have replaced. */
  readonly replaced: number[];
  /** So many of them are in the journal. */
  readonly journaled: number;
  /** The number of the row in the journal that has the first of them; Infinity for none. */
  readonly from: number;
}

/** A task in memory, which is ahead of its rows by what reports have changed. Replaced as a whole, never changed. */
export interface LiveTask {
  readonly facts: TaskFacts;
  readonly state: TaskState;
  /** What the rows do not know of yet. */
  readonly unsaved: Unsaved | undefined;
  /** The task's sequence in its row. */
  readonly savedSequence: number;
  /** Sequences up to this one may be given to reports: its row says so. */
  readonly reserved: number;
  /** Some of the sequences up to this one were reserved by a process that died, and have no entry. */
  readonly skippedTo: number;
  /** Of the leases that the index of this process knows. A report leaves the very same array. */
  readonly tokens: readonly string[];
}

const none: readonly never[] = [];
/** Tasks that are kept though none of their files is at work: tasks that are served by turns are not read each time. */
const maxIdle = 256;

/** A task that its rows say everything about. */
export function savedTask(
  facts: TaskFacts,
  state: TaskState,
  { reserved, skippedTo }: Pick<LiveTask, 'reserved' | 'skippedTo'> = { reserved: 0, skippedTo: 0 },
): LiveTask {
  return { facts, state, unsaved: undefined, savedSequence: state.sequence, reserved, skippedTo, tokens: none };
}

/** The tokens of the files that are leased. */
export function tokensOf(files: readonly FileState[]): readonly string[] {
  const tokens: string[] = [];
  for (const { token } of files) if (token !== null) tokens.push(token);
  return tokens;
}

/**
 * The tasks that have files at work. This process is the only writer, so what it has in memory of them is the truth and
 * a report reads nothing from the database. What a transaction replaces counts within it at once, and for everybody
 * once it is committed. Holds no more than is running, and {@link maxIdle} tasks.
 */
export class LiveTasks {
  readonly #session: Session;
  readonly #byPlace = new Map<number, LiveTask>();
  /** Unfinished tasks without files at work, those that were changed last. */
  readonly #idle = new Map<number, LiveTask>();
  readonly #placeByToken = new Map<string, number>();
  /** By model: files at work. */
  readonly #running = new Map<string, number>();
  /** By place: what the transaction under way has replaced. */
  readonly #replaced = new Map<number, LiveTask>();

  constructor(session: Session) {
    this.#session = session;
  }

  /** The task as it is in memory, where it has files at work. */
  peek(place: number): LiveTask | undefined {
    return this.#byPlace.get(place);
  }

  /** The place of the task of which a token leases a file. */
  placeOf(token: string): number | undefined {
    return this.#placeByToken.get(token);
  }

  /** How many files of a model are at work. */
  running(model: string): number {
    return this.#running.get(model) ?? 0;
  }

  tokens(): Iterable<string> {
    return this.#placeByToken.keys();
  }

  /** Calls back with every task that has files at work, as the transaction under way has it. */
  each(visit: (live: LiveTask) => void): void {
    for (const [place, live] of this.#byPlace) visit(this.#replaced.get(place) ?? live);
  }

  /** The task as the transaction under way has it, read from the rows where it has no files at work. */
  take(place: number): LiveTask {
    const known = this.#replaced.get(place) ?? this.#byPlace.get(place) ?? this.#idle.get(place);
    if (known) return known;
    const row = this.#session.get('taskAt', place);
    if (!row) throw new Error(`no task at ${place}`);
    const { taskId, jobId, owner, model, options, faceLimit, turn } = row;
    const files = this.#session.all('taskFiles', place).map((each) => toFile(each, this.#session.toWall));
    return savedTask({ place, taskId, jobId, owner, model, options, faceLimit, turn }, toTask(row, files), row);
  }

  /** Puts the next state of a task in the place of the one before; inside a transaction. */
  replace(live: LiveTask): void {
    this.#replaced.set(live.facts.place, live);
  }

  /** What a report has made of a task that has files at work counts at once; outside of transactions. */
  report(live: LiveTask): void {
    this.#byPlace.set(live.facts.place, live);
  }

  /** What was replaced counts from now on. */
  commit(): void {
    for (const [place, live] of this.#replaced) {
      const before = this.#byPlace.get(place);
      if (before && live.tokens === before.tokens) {
        // The same files are at work as before.
        this.#byPlace.set(place, live);
        continue;
      }
      this.#idle.delete(place);
      if (live.state.running > 0) {
        this.#byPlace.set(place, live);
      } else {
        this.#byPlace.delete(place);
        if (live.state.finishedAt === null) this.#keepIdle(live);
      }
      this.#index(live, before);
    }
    this.#replaced.clear();
  }

  rollback(): void {
    this.#replaced.clear();
  }

  #keepIdle(live: LiveTask): void {
    this.#idle.set(live.facts.place, live);
    const [oldest] = this.#idle.keys();
    if (this.#idle.size > maxIdle && oldest !== undefined) this.#idle.delete(oldest);
  }

  #index({ facts: { place, model }, tokens }: LiveTask, before: LiveTask | undefined): void {
    for (const token of before?.tokens ?? none) this.#placeByToken.delete(token);
    for (const token of tokens) this.#placeByToken.set(token, place);
    const running = this.running(model) + tokens.length - (before?.tokens.length ?? 0);
    if (running > 0) this.#running.set(model, running);
    else this.#running.delete(model);
  }
}
