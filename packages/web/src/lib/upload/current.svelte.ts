import type { Batch } from './batch.svelte.ts';

/** What the frame around the pages knows of the upload, without loading anything of it. */
class Current {
  /** Once somebody has been at the upload page. */
  batch: Batch | undefined = $state.raw();
  /** Whether the upload page itself is in sight. */
  shown = $state(false);
}

/** The page's own. */
export const current = new Current();
