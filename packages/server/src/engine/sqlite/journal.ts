import type { FileUpdate, TaskEventType, TaskProgress } from '@image2model/protocol';
import type { Entry } from '../contract.ts';
import type { TaskState } from '../task-state.ts';
import type { Session } from './session.ts';

/** What a report says, as a line of the journal holds it. */
type Said = Pick<FileUpdate & TaskProgress, 'task_id' | 'sequence' | 'progress' | 'message'> &
  Partial<Pick<FileUpdate, 'file_id' | 'message_id' | 'message_values'>>;

/** An entry as the journal has it, and what it says. */
export interface JournalLine {
  entry: Entry;
  said: Said;
}

/** Entries of reports in the order in which they came, of all tasks. A row holds those of one transaction. */
export class Journal {
  readonly #session: Session;
  /** Entries written so far. A row has the number of its first one. */
  #count = 0;
  /** The row of the transaction under way: a line for each entry. */
  #row = '';
  #rowNumber = 0;

  constructor(session: Session) {
    this.#session = session;
  }

  get count(): number {
    return this.#count;
  }

  /** Adds an entry; returns the number of the row that will have it. {@link write} is due in the same transaction. */
  add({ type, data }: Entry): number {
    this.#count += 1;
    if (this.#row === '') this.#rowNumber = this.#count;
    // The data is JSON on one line, and says the rest itself.
    this.#row += `${type} ${data}\n`;
    return this.#rowNumber;
  }

  write(): void {
    if (this.#row !== '') this.#session.run('insertJournal', this.#rowNumber, this.#row);
    this.#session.weigh(this.#row.length);
    this.#row = '';
  }

  /** Forgets what the transaction under way has not written. */
  rollback(): void {
    this.#row = '';
  }

  /** Drops the rows before this one. */
  trim(row: number): void {
    this.#session.run('trimJournal', row);
  }

  /** Takes everything out, by task. */
  empty(): Map<string, JournalLine[]> {
    const lines = this.#session.all('journal').flatMap(({ lines: text }) => text.split('\n').filter(Boolean));
    this.#session.run('emptyJournal');
    return Map.groupBy(lines.map(parseLine), ({ entry }) => entry.taskId);
  }
}

/** The task after what a line says. */
export function withLine(state: TaskState, { entry: { key, sequence }, said }: JournalLine): TaskState {
  const { progress, message: text, message_id: id, message_values: values } = said;
  const news = { progress, message: { text, id, values }, head: sequence };
  if (key === state.taskId) return { ...state, ...news, sequence };
  const files = state.files.map((file) => (file.fileId === key ? { ...file, ...news } : file));
  return { ...state, files, sequence };
}

/** What a line holds is trusted: nobody else writes it. */
function parseLine(line: string): JournalLine {
  const space = line.indexOf(' ');
  const data = line.slice(space + 1);
  const said = JSON.parse(data) as Said;
  const { task_id: taskId, file_id: key = taskId, sequence } = said;
  return { entry: { taskId, key, sequence, type: line.slice(0, space) as TaskEventType, data }, said };
}
