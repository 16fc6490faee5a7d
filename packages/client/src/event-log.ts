import type { TaskEvent } from '@image2model/protocol';

/** What of a task an event is about: one of its files, or (empty) the task itself. A newer one replaces an older. */
export function eventKey(event: TaskEvent): string {
  return event.type === 'file_update' ? event.data.file_id : '';
}

/** The newest event of each key, in order of sequence: all that a newcomer needs. Bounded by the number of files. */
export class EventLog {
  readonly #newest = new Map<string, TaskEvent>();
  #last = 0;

  constructor(events: readonly TaskEvent[] = []) {
    for (const event of events) this.add(event);
  }

  add(event: TaskEvent): void {
    const key = eventKey(event);
    // Taken out first, so that it goes to the end of the map's order.
    this.#newest.delete(key);
    this.#newest.set(key, event);
    this.#last = event.data.sequence;
  }

  /** Entries after a sequence, oldest first. */
  after(sequence = 0): TaskEvent[] {
    return [...this.#newest.values()].filter((event) => event.data.sequence > sequence);
  }

  /** Sequence of the newest entry; 0 before the first. */
  get last(): number {
    return this.#last;
  }
}
