import type { Entry } from '../contract.ts';

/**
 * Entries that are in the journal alone, oldest first: the first `count` of `all`. What a report adds goes to the end of
 * the same array, which one that was rolled back may have made longer.
 */
export interface Unsaved {
  readonly all: Entry[];
  readonly count: number;
  /** The number in the journal of the first of them. */
  readonly from: number;
}

/** What there was before, if anything, and the entries of a journal's row. */
export function withUnsaved(before: Unsaved | undefined, entries: readonly Entry[], row: number): Unsaved {
  const all = unsavedEntries(before);
  for (const entry of entries) all.push(entry);
  return { all, count: all.length, from: before?.from ?? row };
}

/** All of them; only {@link withUnsaved} adds to the array. */
export function unsavedEntries(unsaved: Unsaved | undefined): Entry[] {
  if (unsaved === undefined) return [];
  const { all, count } = unsaved;
  return all.length === count ? all : all.slice(0, count);
}
