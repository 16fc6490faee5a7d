import { de } from './de.ts';
import { en, type MessageKey } from './en.ts';

const languages = { en, de };
type Language = keyof typeof languages;

/** The reader's locale as the browser says it; what Intl formats by. */
export function locale(): string {
  return globalThis.navigator?.language ?? 'en';
}

/** The language of the texts: the first of the reader's that there is, or English. */
export function language(wanted: readonly string[] = globalThis.navigator?.languages ?? []): Language {
  for (const tag of wanted) {
    const base = tag.split('-')[0] ?? '';
    if (base in languages) return base as Language;
  }
  return 'en';
}

/** A text in the reader's language, with the values put in. */
export function t(key: MessageKey, values: Readonly<Record<string, string | number>> = {}): string {
  return languages[language()][key].replaceAll(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

export type { MessageKey } from './en.ts';
