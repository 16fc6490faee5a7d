import type { Entry } from '../contract.ts';
import type { AppliedChange, TaskState } from '../task-state.ts';
import { Journal, withLine } from './journal.ts';
import { toLine } from './lines.ts';
import { tokensOf } from './live-tasks.ts';
import type { LiveTask, LiveTasks } from './live-tasks.ts';
import { fromMessage } from './rows.ts';
import type { Session } from './session.ts';

/** Entries of a running task that are always kept, whether or not a newer one of their key has come. */
const tailEntries = 1000;
/** How long the exact tail of an ended task is kept: whoever lost the connection at the end can still resume. */
const tailAfterEndMs = 5 * 60_000;
/** Compaction of the tail runs once for so many entries: small enough that no single write is slow. */
const compactEvery = 64;
/** Entries of a task that wait in memory and in the journal; up to twice as many, so that not all fold in one moment. */
const foldEvery = 64;
/** Of these, so many that the journal does not have are written before more comes. */
const maxUnwritten = 32;
/** Entries written in one transaction of {@link TaskLog.writeSome}, give or take those of one task: half a millisecond. */
const maxPerWrite = 256;
/** Entries in the journal after which the tasks that are still far back are folded, and between two looks at it. */
const maxJournal = 32_768;
const lookEvery = 4096;
/** Sequence numbers that a running task has in hand; more are taken when half of them are used. */
const reserveAhead = 4096;

/**
 * Writes tasks and their logs. Most entries are reports: those wait in memory, then go to the journal, in one row for
 * many tasks: in `entries`, which is sorted by task, each would write a page of its own. A task is *folded* when it has
 * enough of them, and before anything but a report changes it: its rows are saved, the newest entry of each key goes to
 * `entries`, and those before it, which only a reader that comes back needs, go to one row of `replaced`. What a dead
 * process has not folded, `recover` does; what was in memory alone is lost.
 *
 * Readers have seen what was lost, so its numbers must not be used again: those that reports may use are reserved in the
 * task's row ahead of their use, and whoever follows a dead process goes on above them.
 */
export class TaskLog {
  readonly #session: Session;
  readonly #live: LiveTasks;
  readonly #journal: Journal;
  #lookAt = lookEvery;

  constructor(session: Session, live: LiveTasks) {
    this.#session = session;
    this.#live = live;
    this.#journal = new Journal(session);
  }

  /** Writes what a change came to; inside a transaction. Returns the task as it is then. */
  write(live: LiveTask, { state, entries, replaced, files }: AppliedChange): LiveTask {
    const { place } = live.facts;
    this.#unfold(live);
    for (const entry of entries) {
      this.#insert(place, entry);
      this.#session.wrote(entry);
    }
    for (const file of files) this.#session.saveFile(place, file);
    this.#dropReplaced(live, state, replaced);
    const reserved = reservedAfter(live, state, entries.length > 0);
    return this.#save({ ...live, state, reserved, tokens: tokensOf(state.files) });
  }

  /** Takes what a report came to into memory, where the task has numbers for it; false where it has not. */
  report(live: LiveTask, { state, entries, replaced }: AppliedChange): boolean {
    if (state.sequence > live.reserved) return false;
    const unsaved = live.unsaved ?? { entries: [], replaced: [], journaled: 0, from: Infinity };
    unsaved.entries.push(...entries);
    unsaved.replaced.push(...replaced);
    this.#live.report({ ...live, state, unsaved });
    return true;
  }

  /** Writes what reports have left in memory of the first few tasks; inside a transaction. Returns which. */
  writeSome(places: Iterable<number>): number[] {
    const done: number[] = [];
    let written = 0;
    for (const place of places) {
      if (written >= maxPerWrite) break;
      done.push(place);
      const live = this.#live.peek(place);
      const waiting = live?.unsaved?.entries.length ?? 0;
      if (!live?.unsaved || waiting === live.unsaved.journaled) continue;
      if (waiting >= foldEvery + (place % foldEvery) || waiting - live.unsaved.journaled >= maxUnwritten) {
        this.#live.replace(this.#fold(live));
        written += waiting;
      } else {
        written += waiting - live.unsaved.journaled;
        this.#live.replace({ ...live, unsaved: this.#journalled(live.unsaved) });
      }
    }
    this.#journal.write();
    if (this.#journal.count >= this.#lookAt) this.#trim();
    return done;
  }

  /** Forgets what the transaction under way has not written. */
  rollback(): void {
    this.#journal.rollback();
  }

  /** Writes everything, and gives back the numbers that nobody has used; inside a transaction. */
  writeAll(): void {
    this.#live.each((live) => {
      this.#unfold(live);
      this.#live.replace(this.#save({ ...live, reserved: 0 }));
    });
  }

  /** Drops what need not be kept any longer of a task that ended a while ago. */
  compactEnded({ place, sequence, head }: { place: number; sequence: number; head: number }): void {
    this.#session.run('compactRange', place, head, 0, sequence);
    this.#session.run('trimReplaced', place, sequence);
    this.#session.run('compacted', place);
  }

  /** Folds what a former process has left, and leaves out the numbers that it may have used; before anything else. */
  recover(): void {
    for (const [taskId, lines] of this.#journal.empty()) {
      const row = this.#session.get('task', taskId);
      const unsaved = lines.filter(({ entry }) => entry.sequence > (row?.sequence ?? Infinity));
      if (!row || unsaved.length === 0) continue;
      const live = this.#live.take(row.place);
      const entries = unsaved.map(({ entry }) => entry);
      const state = unsaved.reduce(withLine, live.state);
      this.#live.replace(this.#fold({ ...live, state, unsaved: { entries, replaced: [], journaled: 0, from: 0 } }));
    }
    for (const { place } of this.#session.all('allLeasedFiles')) {
      const live = this.#live.take(place);
      const { state, reserved } = live;
      if (reserved <= state.sequence) continue;
      this.#live.replace(this.#save({ ...live, state: { ...state, sequence: reserved }, skippedTo: reserved }));
    }
  }

  /** The row of the journal that has them is written with the others at the end. */
  #journalled({ entries, replaced, journaled, from }: NonNullable<LiveTask['unsaved']>): LiveTask['unsaved'] {
    let row = from;
    for (let at = journaled; at < entries.length; at += 1) row = this.#journal.add(entries[at] as Entry);
    // What is there already is in an earlier row.
    return { entries, replaced, journaled: entries.length, from: journaled === 0 ? row : from };
  }

  /** Moves what reports have left in memory into the tables. */
  #fold(live: LiveTask): LiveTask {
    const { state, facts } = live;
    this.#unfold(live);
    this.#session.run(
      'saveReportedTask',
      state.progress,
      ...fromMessage(state.message),
      state.sequence,
      state.head,
      facts.place,
    );
    return this.#saved(live);
  }

  /** Moves entries of reports into the tables and saves what they changed of files. {@link #save} is due. */
  #unfold(live: LiveTask): void {
    const { unsaved, facts, state } = live;
    if (unsaved === undefined) return;
    const { place } = facts;
    const replaced = new Set(unsaved.replaced);
    let lines = '';
    let last = 0;
    for (const entry of unsaved.entries) {
      if (!replaced.has(entry.sequence)) {
        this.#insert(place, entry);
        continue;
      }
      lines += toLine(entry);
      last = entry.sequence;
    }
    if (last > 0) this.#session.run('insertReplaced', place, last, lines);
    this.#session.weigh(lines.length);
    const keys = new Set(unsaved.entries.map((entry) => entry.key));
    for (const { progress, message, head, fileId } of state.files) {
      if (keys.has(fileId)) this.#session.run('saveReported', progress, ...fromMessage(message), head, place, fileId);
    }
    this.#dropReplaced(live, state, unsaved.replaced);
  }

  #insert(place: number, { sequence, key, type, data }: Entry): void {
    this.#session.run('insertEntry', place, sequence, key, type, data);
  }

  /** Below the tail stand only newest entries; those that have been replaced there go at once. */
  #dropReplaced({ facts, skippedTo }: LiveTask, { sequence }: TaskState, replaced: readonly number[]): void {
    const below = sequence - tailEntries;
    if (below <= skippedTo) return;
    for (const old of replaced) if (old <= below) this.#session.run('deleteEntry', facts.place, old);
  }

  /** Saves a task. Every file and entry of it is saved before. */
  #save(live: LiveTask): LiveTask {
    const { facts, state, reserved, skippedTo } = live;
    const { turn, place } = facts;
    this.#session.saveTask(place, state, { turn, reserved, skippedTo, compactAt: compactionDue(state) });
    return this.#saved(live);
  }

  /** Drops the entries that have left a task's tail. */
  #saved(live: LiveTask): LiveTask {
    const { facts, state, savedSequence, skippedTo } = live;
    const { sequence, head } = state;
    const block = Math.floor(sequence / compactEvery);
    const blockBefore = Math.floor(savedSequence / compactEvery);
    const upTo = block * compactEvery - tailEntries;
    // Of numbers that were skipped nobody knows how many had an entry: all are kept until the tail lies above them.
    if (block !== blockBefore && upTo > skippedTo) {
      const from = blockBefore * compactEvery - tailEntries;
      this.#session.run('compactRange', facts.place, head, from > skippedTo ? from : 0, upTo);
      this.#session.run('trimReplaced', facts.place, upTo);
    }
    return { ...live, unsaved: undefined, savedSequence: sequence };
  }

  #trim(): void {
    const { count } = this.#journal;
    this.#lookAt = count + lookEvery;
    let needed = count + 1;
    this.#live.each((live) => {
      const from = live.unsaved?.from ?? Infinity;
      if (from <= count - maxJournal) this.#live.replace(this.#fold(live));
      else if (from < needed) needed = from;
    });
    this.#journal.trim(needed);
  }
}

/** Whether reports have left so much in memory that it is written before more comes. */
export function isFull({ unsaved }: LiveTask): boolean {
  return unsaved !== undefined && unsaved.entries.length - unsaved.journaled >= maxUnwritten;
}

/** From when on only the newest entry of each key of a task is kept; null before its end. */
export function compactionDue({ finishedAt }: TaskState): number | null {
  return finishedAt === null ? null : finishedAt + tailAfterEndMs;
}

/**
 * Up to which number reports may go once the change is on the disk. None are given out with a change that has no entry:
 * nobody would wait for it.
 */
function reservedAfter({ reserved }: LiveTask, { running, sequence }: TaskState, hasEntries: boolean): number {
  if (running === 0) return 0;
  return hasEntries && reserved - sequence < reserveAhead / 2 ? sequence + reserveAhead : reserved;
}
