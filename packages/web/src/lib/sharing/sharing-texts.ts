import { fillIn, type MessageValues } from '@image2model/protocol';
import { sharingDe } from '../messages/de/sharing.ts';
import { sharingEn, type SharingKey } from '../messages/en/sharing.ts';
import { language } from '../messages/index.ts';

const texts = { en: sharingEn, de: sharingDe } as const;

/** A text about lasting links in the reader's language, with the values put in. */
export function st(key: SharingKey, values?: MessageValues): string {
  return fillIn(texts[language()][key], values);
}
