import type { Entry } from '../contract.ts';
import type { TaskState } from '../task-state.ts';
import { parseLines, toLine } from './lines.ts';
import type { Line } from './lines.ts';
import type { Session } from './session.ts';

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
  add(entry: Entry): number {
    this.#count += 1;
    if (this.#row === '') this.#rowNumber = this.#count;
    this.#row += toLine(entry);
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
  empty(): Map<string, Line[]> {
    const lines = this.#session.all('journal').flatMap(({ lines: text }) => parseLines(text));
    this.#session.run('emptyJournal');
    return Map.groupBy(lines, ({ entry }) => entry.taskId);
  }
}

/** The task after what a line says. */
export function withLine(state: TaskState, { entry: { key, sequence }, said }: Line): TaskState {
  const { progress, message: text, message_id: id, message_values: values } = said;
  const news = { progress, message: { text, id, values }, head: sequence };
  if (key === state.taskId) return { ...state, ...news, sequence };
  const files = state.files.map((file) => (file.fileId === key ? { ...file, ...news } : file));
  return { ...state, files, sequence };
}
