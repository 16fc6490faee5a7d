import type { TaskEvent } from '@image2model/protocol';

/** What an event is about: a file's id, or empty for the task itself. A newer event replaces an older one with its key. */
export function eventKey(event: TaskEvent): string {
  return event.type === 'file_update' ? event.data.file_id : '';
}

/** The newest event of each key, in order of sequence: all that a late subscriber needs. Bounded by the number of files. */
export interface EventLog {
  add(event: TaskEvent): void;
  /** Events after a sequence, oldest first. */
  after(sequence?: number): TaskEvent[];
  /** Sequence of the newest event; 0 before the first. */
  last(): number;
}

export function createEventLog(events: readonly TaskEvent[] = []): EventLog {
  const newest = new Map<string, TaskEvent>();
  let last = 0;
  const add = (event: TaskEvent) => {
    const key = eventKey(event);
    // Deleted first, so that it moves to the end of the map.
    newest.delete(key);
    newest.set(key, event);
    last = event.data.sequence;
  };
  events.forEach(add);
  return {
    add,
    after: (sequence = 0) => [...newest.values()].filter((event) => event.data.sequence > sequence),
    last: () => last,
  };
}
