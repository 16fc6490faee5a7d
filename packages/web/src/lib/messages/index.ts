import { preferences } from '../session/preferences.svelte.ts';
import type { MessageKey } from './en.ts';
import { english, type Words } from './english.ts';
import { show, words } from './texts.svelte.ts';

export type Language = Words['language'];

/** Where the words of each language are. All but English come when they are wanted: nobody reads two. */
const languages: Readonly<Record<Language, () => Promise<Words> | Words>> = {
  en: () => english,
  de: async () => (await import('./german.ts')).german,
};

/** The reader's locale, of those that fit the language of the texts; what Intl formats by. */
export function locale(): string {
  const shown = language();
  return readersLanguages().find((tag) => tag.split('-')[0] === shown) ?? shown;
}

/** The language of the texts. */
export function language(): Language {
  return words().language;
}

/** Shows the language that is wanted, once its words are here. Without them, as when the network is gone, it stays. */
export async function takeLanguage(): Promise<void> {
  const wanted = wantedLanguage();
  if (wanted === language()) return;
  const next = await Promise.resolve(languages[wanted]()).catch(() => undefined);
  if (next !== undefined && wanted === wantedLanguage()) show(next);
}

/** A text in the reader's language, with the values put in. */
export function t(key: MessageKey, values: Readonly<Record<string, string | number>> = {}): string {
  return words().pages[key].replaceAll(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** The chosen one, or the first of the reader's that there is, or English. */
function wantedLanguage(): Language {
  if (preferences.language !== 'system') return preferences.language;
  for (const tag of readersLanguages()) {
    const base = tag.split('-')[0] ?? '';
    if (Object.hasOwn(languages, base)) return base as Language;
  }
  return 'en';
}

function readersLanguages(): readonly string[] {
  return globalThis.navigator?.languages ?? [];
}

export type { MessageKey } from './en.ts';
