import { untrack } from 'svelte';
import { api } from '../services/api.ts';
import { Batch } from './batch.svelte.ts';
import { current } from './current.svelte.ts';
import { browserDrafts } from './drafts.ts';
import { browserPictures } from './pictures.ts';

/** The one upload of this tab. It outlives the upload page, so that it continues while other pages are open. */
export function currentBatch(): Batch {
  if (current.batch) return current.batch;
  // Otherwise its derived values would end with the component that asks first.
  let batch: Batch | undefined;
  $effect.root(() => {
    const made = new Batch(api, { drafts: browserDrafts(), pictures: browserPictures() });
    batch = made;
    // Also those that follow once others are sent or removed.
    $effect(() => {
      void made.going;
      untrack(() => void made.drawGoing());
    });
  });
  if (!batch) throw new Error('An effect root runs at once');
  current.batch = batch;
  void batch.restore();
  return batch;
}
