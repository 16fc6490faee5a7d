import { t } from '../messages/index.ts';
import { percent } from '../messages/numbers.ts';
import type { Batch } from './batch.svelte.ts';
import type { Photo } from './photo.svelte.ts';

/** Where an upload that is on its way is. */
export function sendingWords({ sending, sent, waitsFor }: Pick<Batch, 'sending' | 'sent' | 'waitsFor'>): string {
  if (sending === 'checking') return t('upload.checking');
  if (sending === 'waiting') return t('upload.waiting', { reason: waitsFor });
  return t('upload.sent', { percent: percent(sent) });
}

/** How many were added, and how many of them cannot be sent. */
export function addedWords(photos: readonly Pick<Photo, 'problem'>[]): string {
  const bad = photos.filter(({ problem }) => problem !== '').length;
  return t(bad > 0 ? 'upload.added.bad' : 'upload.added', { good: photos.length - bad, bad });
}
