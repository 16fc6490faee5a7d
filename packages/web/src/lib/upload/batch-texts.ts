import { t } from '../messages/index.ts';
import { percent } from '../messages/numbers.ts';

/** Where an upload is on its way: sent, checked by the server, or waiting for another attempt. */
export type Sending = 'sending' | 'checking' | 'waiting';

/** What to show of an upload that is on its way. */
export interface UploadProgress {
  sending: Sending | undefined;
  /** 0 to 100. */
  sent: number;
  /** Why it waits: a sentence. */
  waitsFor: string;
}

export function sendingText({ sending, sent, waitsFor }: UploadProgress): string {
  if (sending === 'checking') return t('upload.checking');
  if (sending === 'waiting') return t('upload.waiting', { reason: waitsFor });
  return t('upload.sent', { percent: percent(sent) });
}

/** How many of the picked photos can be sent, and how many cannot. */
export function countText({ good, bad }: { good: readonly unknown[]; bad: readonly unknown[] }): string {
  const ready = t('upload.ready', { count: good.length });
  return bad.length === 0 ? ready : `${ready} · ${t('upload.unusable', { count: bad.length })}`;
}
