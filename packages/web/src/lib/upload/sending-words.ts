import { t } from '../messages/index.ts';
import type { Batch } from './batch.svelte.ts';

/** Where an upload that is on its way is, in a sentence. */
export function sendingWords({ sending, sent, waitsFor }: Pick<Batch, 'sending' | 'sent' | 'waitsFor'>): string {
  if (sending === 'checking') return t('upload.checking');
  if (sending !== 'waiting') return t('upload.sent', { percent: Math.floor(sent) });
  return waitsFor ? t('upload.waiting.why', { reason: waitsFor }) : t('upload.waiting');
}
