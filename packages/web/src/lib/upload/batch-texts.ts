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

/** How many were added, and how many of them cannot be sent. */
export function addedText(photos: readonly { error: string }[]): string {
  const bad = photos.filter(({ error }) => error !== '').length;
  const good = photos.length - bad;
  const texts = [
    ...(good > 0 ? [t('upload.added', { good })] : []),
    ...(bad > 0 ? [t('upload.added.bad', { bad })] : []),
  ];
  return texts.join(' ');
}
