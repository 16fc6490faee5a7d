import type { Entry } from '../engine/contract.ts';

/** Entries kept one by one while a replay is read. */
const maxMeanwhile = 1000;

/**
 * Keeps what arrives while the replay of a task is read. A slow read does not use up memory: past the bound, the newest
 * entry of each key will do.
 */
export function keepMeanwhile(kept: Entry[], entries: readonly Entry[]): Entry[] {
  kept.push(...entries);
  return kept.length > maxMeanwhile ? newestOfEach(kept) : kept;
}

/** In order of sequence. */
function newestOfEach(entries: readonly Entry[]): Entry[] {
  const newest = new Map<string, Entry>();
  for (const entry of entries) {
    // Deleted and set again: a map gives its values in the order of their setting.
    newest.delete(entry.key);
    newest.set(entry.key, entry);
  }
  return [...newest.values()];
}
