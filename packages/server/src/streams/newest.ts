import type { Entry } from '../engine/contract.ts';

/** The newest entry of each key, in order of sequence. All of one task, and in order as given. */
export function newestOfEach(entries: readonly Entry[]): Entry[] {
  const newest = new Map<string, Entry>();
  for (const entry of entries) {
    // Deleted and set again: a map gives its values in the order of their setting.
    newest.delete(entry.key);
    newest.set(entry.key, entry);
  }
  return [...newest.values()];
}
