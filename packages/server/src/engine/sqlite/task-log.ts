import type { FileUpdate, TaskEventType, TaskProgress } from '@image2model/protocol';
import type { Entry } from '../contract.ts';
import type { AppliedChange, TaskState } from '../task-state.ts';
import { tokensOf } from './live-tasks.ts';
import type { LiveTask, LiveTasks } from './live-tasks.ts';
import { fromMessage } from './rows.ts';
import type { Session } from './session.ts';
import { unsavedEntries, withUnsaved } from './unsaved.ts';

/** Entries of a running task that are always kept, whether or not a newer one of their key has come. */
const tailEntries = 1000;
/** How long the exact tail of an ended task is kept: whoever lost the connection at the end can still resume. */
const tailAfterEndMs = 5 * 60_000;
/** Compaction of the tail runs once for so many entries: small enough that no single write is slow. */
const compactEvery = 64;
/** Entries of a task that wait in the journal; up to twice as many, so that many tasks do not fold in one moment. */
const foldEvery = 16;
/** Entries in the journal after which the tasks that are still far back are folded, and between two looks at it. */
const maxJournal = 32_768;
const lookEvery = 256;

/**
 * Writes tasks and their logs. Most entries are reports: those go to the journal, a row for all of a transaction at its
 * end, so a commit writes one or two pages however many tasks have reported. In `entries`, which is sorted by task, each
 * would write a page of its own. A task is *folded* when it has enough of them, and before anything but a report changes
 * it: its entries move into `entries` and its rows are saved. What a dead process has not folded, `recover` does.
 */
export class TaskLog {
  readonly #session: Session;
  readonly #live: LiveTasks;
  /** Entries written to the journal so far. Its rows have the number of their first one. */
  #count = 0;
  /** The row of the transaction under way: a line for each entry. */
  #row = '';
  #rowNumber = 0;
  #lookAt = lookEvery;

  constructor(session: Session, live: LiveTasks) {
    this.#session = session;
    this.#live = live;
  }

  /** Writes what a change came to; inside a transaction. Returns the task as it is then. */
  write(live: LiveTask, { state, entries, replaced, files }: AppliedChange): LiveTask {
    const { place } = live.facts;
    this.#unfold(live);
    for (const { sequence, key, type, data } of entries) {
      this.#session.run('insertEntry', place, sequence, key, type, data);
    }
    for (const file of files) this.#session.saveFile(place, file);
    this.#announce(place, state, entries, replaced);
    return this.#save({ ...live, state, tokens: tokensOf(state.files) });
  }

  /** The same for a report, which goes to the journal; {@link flush} is due at the end of the transaction. */
  report(live: LiveTask, { state, entries, replaced }: AppliedChange): LiveTask {
    const { facts } = live;
    for (const entry of entries) this.#journal(entry);
    this.#announce(facts.place, state, entries, replaced);
    const unsaved = withUnsaved(live.unsaved, entries, this.#rowNumber);
    const next = { ...live, state, unsaved };
    // Spread over the tasks.
    return unsaved.count < foldEvery + (facts.place % foldEvery) ? next : this.#fold(next);
  }

  /** Writes what reports have added to the journal, and keeps it short; the last thing in their transaction. */
  flush(): void {
    if (this.#row !== '') this.#session.run('insertJournal', this.#rowNumber, this.#row);
    this.#row = '';
    if (this.#count >= this.#lookAt) this.#trim();
  }

  /** Forgets what the transaction under way has not written. */
  rollback(): void {
    this.#row = '';
  }

  /** Drops what need not be kept any longer of a task that ended a while ago. */
  compactEnded({ place, sequence, head }: { place: number; sequence: number; head: number }): void {
    this.#session.run('compactRange', place, head, 0, sequence);
    this.#session.run('compacted', place);
  }

  /** Folds what a former process has left in the journal; inside a transaction, before anything else. */
  recover(): void {
    const lines = this.#session.all('journal').flatMap(({ lines: text }) => text.split('\n').filter(Boolean));
    const byTask = Map.groupBy(lines.map(parseLine), ({ entry }) => entry.taskId);
    for (const [taskId, all] of byTask) {
      const row = this.#session.get('task', taskId);
      const unsaved = all.filter(({ entry }) => entry.sequence > (row?.sequence ?? Infinity));
      if (!row || unsaved.length === 0) continue;
      const live = this.#live.take(row.place);
      const state = unsaved.reduce(withLine, live.state);
      const entries = unsaved.map(({ entry }) => entry);
      this.#live.replace(this.#fold({ ...live, state, unsaved: withUnsaved(undefined, entries, 0) }));
    }
    this.#session.run('emptyJournal');
  }

  #announce(place: number, { sequence }: TaskState, entries: readonly Entry[], replaced: readonly number[]): void {
    for (const entry of entries) this.#session.wrote(entry);
    // Below the tail stand only newest entries; one that has just been replaced there goes at once.
    for (const old of replaced) if (old <= sequence - tailEntries) this.#session.run('deleteEntry', place, old);
  }

  #journal({ type, data }: Entry): void {
    this.#count += 1;
    if (this.#row === '') this.#rowNumber = this.#count;
    // The data is JSON on one line, and says the rest itself.
    this.#row += `${type} ${data}\n`;
  }

  /** Moves what reports have written into the tables. */
  #fold(live: LiveTask): LiveTask {
    this.#unfold(live);
    return this.#save(live);
  }

  /** Moves entries of reports into `entries` and saves what they changed of files. {@link #save} is due. */
  #unfold({ unsaved, facts: { place }, state }: LiveTask): void {
    if (unsaved === undefined) return;
    const entries = unsavedEntries(unsaved);
    for (const { sequence, key, type, data } of entries) {
      this.#session.run('insertEntry', place, sequence, key, type, data);
    }
    const keys = new Set(entries.map((entry) => entry.key));
    for (const { progress, message, head, fileId } of state.files) {
      if (keys.has(fileId)) this.#session.run('saveReported', progress, ...fromMessage(message), head, place, fileId);
    }
  }

  /** Saves a task and drops the entries that have left its tail. Every file and entry of it is saved before. */
  #save(live: LiveTask): LiveTask {
    const { facts, state, savedSequence } = live;
    const { sequence, head } = state;
    this.#session.saveTask(facts.place, state, { turn: facts.turn, compactAt: compactionDue(state) });
    const block = Math.floor(sequence / compactEvery);
    const blockBefore = Math.floor(savedSequence / compactEvery);
    const upTo = block * compactEvery - tailEntries;
    if (block !== blockBefore && upTo > 0) {
      this.#session.run('compactRange', facts.place, head, blockBefore * compactEvery - tailEntries, upTo);
    }
    return { ...live, unsaved: undefined, savedSequence: sequence };
  }

  #trim(): void {
    this.#lookAt = this.#count + lookEvery;
    let needed = this.#count + 1;
    this.#live.each((live) => {
      const from = live.unsaved?.from ?? Infinity;
      if (from <= this.#count - maxJournal) this.#live.replace(this.#fold(live));
      else if (from < needed) needed = from;
    });
    this.#session.run('trimJournal', needed);
  }
}

/** From when on only the newest entry of each key of a task is kept; null before its end. */
export function compactionDue({ finishedAt }: TaskState): number | null {
  return finishedAt === null ? null : finishedAt + tailAfterEndMs;
}

/** What a report says, as a line of the journal holds it. */
type Said = Pick<FileUpdate & TaskProgress, 'task_id' | 'sequence' | 'progress' | 'message'> &
  Partial<Pick<FileUpdate, 'file_id' | 'message_id' | 'message_values'>>;

/** A line of the journal. What it holds is trusted: nobody else writes it. */
function parseLine(line: string): { entry: Entry; said: Said } {
  const space = line.indexOf(' ');
  const data = line.slice(space + 1);
  const said = JSON.parse(data) as Said;
  const { task_id: taskId, file_id: key = taskId, sequence } = said;
  return { entry: { taskId, key, sequence, type: line.slice(0, space) as TaskEventType, data }, said };
}

function withLine(state: TaskState, { entry: { key, sequence }, said }: ReturnType<typeof parseLine>): TaskState {
  const { progress, message: text, message_id: id, message_values: values } = said;
  const news = { progress, message: { text, id, values }, head: sequence };
  if (key === state.taskId) return { ...state, ...news, sequence };
  const files = state.files.map((file) => (file.fileId === key ? { ...file, ...news } : file));
  return { ...state, files, sequence };
}
