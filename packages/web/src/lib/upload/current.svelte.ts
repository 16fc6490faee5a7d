import type { Batch } from './batch.svelte.ts';

/** What the layout knows of the upload, without loading its code. */
class Current {
  /** Set once somebody has opened the upload page. */
  batch: Batch | undefined = $state.raw();
  /** Whether the upload page is open. */
  shown = $state(false);
}

/** The page's own. */
export const current = new Current();
