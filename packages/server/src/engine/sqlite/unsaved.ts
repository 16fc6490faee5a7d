import type { Entry } from '../contract.ts';

/**
 * Entries that are in the journal alone, newest first: a chain, so that a report adds to what a task had before without
 * copying or changing it.
 */
export interface Unsaved {
  readonly entries: readonly Entry[];
  readonly before: Unsaved | undefined;
  readonly count: number;
  /** The number in the journal of the first of them. */
  readonly from: number;
}

/** What there was before, if anything, and the entries of a journal's row. */
export function withUnsaved(before: Unsaved | undefined, entries: readonly Entry[], row: number): Unsaved {
  return { entries, before, count: (before?.count ?? 0) + entries.length, from: before?.from ?? row };
}

/** All of them, oldest first. */
export function unsavedEntries(unsaved: Unsaved | undefined): Entry[] {
  const parts: (readonly Entry[])[] = [];
  for (let part = unsaved; part; part = part.before) parts.push(part.entries);
  return parts.toReversed().flat();
}
