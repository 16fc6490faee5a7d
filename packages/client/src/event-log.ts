import type { TaskEvent } from '@image2model/protocol';

/** What an event is about: a file's id, or empty for the task itself. A newer event replaces an older one with its key. */
export function eventKey(event: TaskEvent): string {
  return event.type === 'file_update' ? event.data.file_id : '';
}

/** The newest event of each key, in order of sequence: all that a late subscriber needs. Bounded by the number of files. */
export class EventLog {
  readonly #newest = new Map<string, TaskEvent>();
  #last = 0;

  constructor(events: readonly TaskEvent[] = []) {
    for (const event of events) this.add(event);
  }

  add(event: TaskEvent): void {
    const key = eventKey(event);
    // Deleted first, so that it moves to the end of the map.
    this.#newest.delete(key);
    this.#newest.set(key, event);
    this.#last = event.data.sequence;
  }

  /** Events after a sequence, oldest first. */
  after(sequence = 0): TaskEvent[] {
    return [...this.#newest.values()].filter((event) => event.data.sequence > sequence);
  }

  /** Sequence of the newest event; 0 before the first. */
  get last(): number {
    return this.#last;
  }
}
