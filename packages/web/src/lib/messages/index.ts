import { preferences } from '../preferences.svelte.ts';
import { de } from './de.ts';
import { en, type MessageKey } from './en.ts';

const languages = { en, de };
export type Language = keyof typeof languages;

/** The reader's locale, of those that fit the language of the texts; what Intl formats by. */
export function locale(): string {
  const shown = language();
  return readersLanguages().find((tag) => tag.split('-')[0] === shown) ?? shown;
}

/** The language of the texts: the chosen one, or the first of the reader's that there is, or English. */
export function language(wanted: readonly string[] = readersLanguages()): Language {
  if (preferences.language !== 'system') return preferences.language;
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

function readersLanguages(): readonly string[] {
  return globalThis.navigator?.languages ?? [];
}

export type { MessageKey } from './en.ts';
