import { fillIn, type MessageValues } from '@image2model/protocol';
import { cutoutDe } from '../messages/de/cutout.ts';
import { type CutoutKey, cutoutEn } from '../messages/en/cutout.ts';
import { language } from '../messages/index.ts';

const texts = { en: cutoutEn, de: cutoutDe } as const;

/** A text of the editor in the reader's language, with the values put in. */
export function ct(key: CutoutKey, values?: MessageValues): string {
  return fillIn(texts[language()][key], values);
}
