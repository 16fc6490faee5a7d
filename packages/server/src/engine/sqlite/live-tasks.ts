import type { EntryRecord, FileRecord, TaskRecord } from './records.ts';
import type { Session } from './session.ts';

/** A task with its files in memory, which is ahead of its rows by what reports have changed. */
export interface LiveTask {
  readonly task: TaskRecord;
  /** All of them, in order of their ids. */
  readonly files: readonly FileRecord[];
  /** Entries that are in the journal alone, oldest first; the rows do not know of them yet. */
  unsaved: EntryRecord[];
  /** The number in the journal of the first of them. */
  unsavedFrom: number;
  /** The task's sequence in its row. */
  savedSequence: number;
  /** Leases of its files as they were after the last transaction. */
  tokens: readonly string[];
}

/**
 * The tasks that have files at work. This process is the only writer, so what it has in memory of them is the truth and
 * a report reads nothing from the database. Holds no more than is running.
 */
export class LiveTasks {
  readonly #session: Session;
  readonly #byPlace = new Map<number, LiveTask>();
  readonly #byToken = new Map<string, FileRecord>();

  constructor(session: Session) {
    this.#session = session;
  }

  /** The task as it is in memory, where it has files at work. To be read only. */
  peek(place: number): LiveTask | undefined {
    return this.#byPlace.get(place);
  }

  /** The file that a token leases. */
  leased(token: string): FileRecord | undefined {
    return this.#byToken.get(token);
  }

  /** How many files of a model are at work. */
  running(model: string): number {
    let count = 0;
    for (const { task } of this.#byPlace.values()) if (task.model === model) count += task.running;
    return count;
  }

  all(): Iterable<LiveTask> {
    return this.#byPlace.values();
  }

  /** The task to be changed, inside a transaction. Call {@link protect} before changing it. */
  take(place: number): LiveTask {
    const known = this.#byPlace.get(place);
    if (known) return known;
    const task = this.#session.get('taskAt', place);
    if (!task) throw new Error(`no task at ${place}`);
    const live: LiveTask = {
      // Rows of SQLite have no prototype and are slow to work with; copies are not.
      task: { ...task },
      files: this.#session.all('taskFiles', place).map((file) => ({ ...file })),
      unsaved: [],
      unsavedFrom: Infinity,
      savedSequence: task.sequence,
      tokens: [],
    };
    this.#byPlace.set(place, live);
    this.#session.afterwards(() => this.#tidy(live));
    return live;
  }

  /** Sees to it that a rollback puts the task and these files back as they are now. */
  protect(live: LiveTask, files: readonly FileRecord[]): void {
    const { task, unsaved, unsavedFrom, savedSequence } = live;
    const count = unsaved.length;
    const before = { ...task };
    const filesBefore = files.map((file) => ({ ...file }));
    this.#session.onRollback(() => {
      Object.assign(task, before);
      for (const [index, file] of files.entries()) Object.assign(file, filesBefore[index]);
      unsaved.length = count;
      Object.assign(live, { unsaved, unsavedFrom, savedSequence });
    });
  }

  /** The same for a report, which changes little of the task and of one file. */
  protectReport(live: LiveTask, file: FileRecord): void {
    const { task, unsaved, unsavedFrom, savedSequence } = live;
    const count = unsaved.length;
    const { sequence, head, progress, message, ended } = task;
    const { head: fileHead, progress: fileProgress, message: fileMessage } = file;
    this.#session.onRollback(() => {
      Object.assign(task, { sequence, head, progress, message, ended });
      Object.assign(file, { head: fileHead, progress: fileProgress, message: fileMessage });
      unsaved.length = count;
      Object.assign(live, { unsaved, unsavedFrom, savedSequence });
    });
  }

  /** Takes in that leases may begin or end in the transaction under way. */
  leasesChange(live: LiveTask): void {
    this.#session.afterwards(() => this.#tidy(live));
  }

  #tidy(live: LiveTask): void {
    const { task, files } = live;
    for (const token of live.tokens) this.#byToken.delete(token);
    const leased = files.filter((file) => file.token !== null);
    live.tokens = leased.flatMap((file) => file.token ?? []);
    for (const file of leased) this.#byToken.set(file.token ?? '', file);
    if (leased.length === 0) this.#byPlace.delete(task.place);
  }
}
