import type { FileUpdate, TaskEvent, TaskEventType } from '@image2model/protocol';
import type { LiveTask, LiveTasks } from './live-tasks.ts';
import type { EntryRecord, FileRecord, TaskRecord } from './records.ts';
import type { Session } from './session.ts';

/** Entries of a running task that are always kept, whether or not a newer one of their key has come. */
export const tailEntries = 1000;
/** Compaction of the tail runs once for so many entries: small enough that no single write is slow. */
const compactEvery = 64;
/** Entries of a task that wait in the journal; up to twice as many, so that many tasks do not fold in one moment. */
const foldEvery = 16;
/** Entries in the journal after which the tasks that are still far back are folded, and between two looks at it. */
const longestJournal = 32_768;
const lookEvery = 256;

type Data<Type> = Omit<Extract<TaskEvent, { type: Type }>['data'], 'task_id' | 'sequence' | 'timestamp'>;
/** What an event says besides what all of them do. What is undefined is left out; spreading parts in takes longer. */
type EventData<Type> = { [Key in keyof Data<Type>]: Data<Type>[Key] | undefined };

/**
 * Writes the logs of tasks. Most entries are reports: those go to the journal, a row for all of a transaction at its
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

  /**
   * Appends an event, as the newest entry of `record`'s key (the task itself or one of its files), and drops what it
   * makes superfluous. Changes the task and the record. A report is saved with the next {@link fold}; for anything else
   * the caller saves.
   */
  append<Type extends TaskEvent['type']>(
    live: LiveTask,
    record: TaskRecord | FileRecord,
    isReport: boolean,
    type: Type,
    data: EventData<Type>,
  ): void {
    const { task } = live;
    const { taskId, place } = task;
    const sequence = (task.sequence += 1);
    const key = 'fileId' in record ? record.fileId : taskId;
    const text = JSON.stringify({ task_id: taskId, ...data, sequence, timestamp: this.#session.now() });
    const entry = { sequence, key, type, data: text };
    const replaced = record.head;
    record.head = sequence;
    if (isReport) {
      this.#journal(entry);
      if (live.unsaved.length === 0) live.unsavedFrom = this.#rowNumber;
      live.unsaved.push(entry);
    } else {
      this.#session.run('insertEntry', place, sequence, key, type, text);
    }
    // Below the tail stand only newest entries; one that has just been replaced there goes at once.
    if (replaced > 0 && replaced <= sequence - tailEntries) this.#session.run('deleteEntry', place, replaced);
    this.#session.wrote({ taskId, key, sequence, type, data: text });
  }

  /** Moves what reports have written into `entries` and saves what they changed of files. The caller saves the task. */
  fold(live: LiveTask): void {
    const { unsaved, task } = live;
    if (unsaved.length === 0) return;
    for (const { sequence, key, type, data } of unsaved) {
      this.#session.run('insertEntry', task.place, sequence, key, type, data);
    }
    const keys = new Set(unsaved.map((entry) => entry.key));
    for (const { progress, message, head, place, fileId } of live.files) {
      if (keys.has(fileId)) this.#session.run('saveReported', progress, message, head, place, fileId);
    }
    live.unsaved = [];
    live.unsavedFrom = Infinity;
  }

  /** Saves a task and drops the entries that have left its tail. Every file of it is saved before. */
  save(live: LiveTask): void {
    const { task } = live;
    const { sequence } = task;
    this.#session.saveTask(task);
    const block = Math.floor(sequence / compactEvery);
    const blockBefore = Math.floor(live.savedSequence / compactEvery);
    live.savedSequence = sequence;
    if (block === blockBefore) return;
    const upTo = block * compactEvery - tailEntries;
    if (upTo > 0) this.compact(task, blockBefore * compactEvery - tailEntries, upTo);
  }

  /** Drops the entries of a task in (above, upTo] that are not the newest of their key. */
  compact({ place, head }: TaskRecord, above: number, upTo: number): void {
    this.#session.run('compactRange', place, head, above, upTo);
  }

  /** Folds a task that reports have changed, where it is time to. */
  reported(live: LiveTask): void {
    // Spread over the tasks.
    if (live.unsaved.length < foldEvery + (live.task.place % foldEvery)) return;
    this.fold(live);
    this.save(live);
  }

  /** Writes what reports have added to the journal, and keeps it short; the last thing in their transaction. */
  flush(): void {
    if (this.#row !== '') this.#session.run('insertJournal', this.#rowNumber, this.#row);
    this.#row = '';
    if (this.#count >= this.#lookAt) this.#trim();
  }

  #journal({ type, data }: EntryRecord): void {
    this.#count += 1;
    if (this.#row === '') {
      this.#rowNumber = this.#count;
      this.#session.onRollback(() => (this.#row = ''));
    }
    // The data is JSON on one line, and says the rest itself.
    this.#row += `${type} ${data}\n`;
  }

  #trim(): void {
    this.#lookAt = this.#count + lookEvery;
    let needed = this.#count + 1;
    for (const live of this.#live.all()) {
      if (live.unsavedFrom <= this.#count - longestJournal) {
        this.#live.protect(live, []);
        this.fold(live);
        this.save(live);
      }
      needed = Math.min(needed, live.unsavedFrom);
    }
    this.#session.run('trimJournal', needed);
  }

  /** Folds what a former process has left in the journal; inside a transaction, before anything else. */
  recover(): void {
    const lines = this.#session.all('journal').flatMap(({ lines: text }) => text.split('\n').filter(Boolean));
    const byTask = Map.groupBy(lines.map(parseLine), (line) => line.taskId);
    for (const [taskId, entries] of byTask) {
      const row = this.#session.get('task', taskId);
      const unsaved = entries.filter((entry) => entry.sequence > (row?.sequence ?? Infinity));
      if (!row || unsaved.length === 0) continue;
      const live = this.#live.take(row.place);
      for (const { key, sequence, progress, message } of unsaved) {
        const record = key === taskId ? live.task : live.files.find((file) => file.fileId === key);
        Object.assign(record ?? {}, { progress, message, head: sequence });
        live.task.sequence = sequence;
      }
      live.unsaved = unsaved;
      this.fold(live);
      this.save(live);
    }
    this.#session.run('emptyJournal');
  }
}

/** A line of the journal. What it holds is trusted: nobody else writes it. */
function parseLine(line: string) {
  const space = line.indexOf(' ');
  const data = line.slice(space + 1);
  const said = JSON.parse(data) as Pick<FileUpdate, 'task_id' | 'sequence' | 'progress' | 'message'> &
    Partial<FileUpdate>;
  const { task_id: taskId, file_id: key = taskId, sequence, progress, message } = said;
  return { taskId, key, sequence, type: line.slice(0, space) as TaskEventType, data, progress, message };
}
