import { countedId, fillIn, type MessageValues } from '@image2model/protocol';
import { preferences } from '../session/preferences.svelte.ts';
import { english, type Texts } from './en/index.ts';
import type { MessageKey } from './en/pages.ts';
import { showTexts, texts } from './texts.svelte.ts';

export type Language = Texts['language'];

/** Where the texts of each language are. All but English are loaded on demand: nobody reads two. */
const languages: Readonly<Record<Language, () => Promise<Texts> | Texts>> = {
  en: () => english,
  de: async () => (await import('./de/index.ts')).german,
};

/** The reader's locale, of those that fit the language of the texts; what Intl formats by. */
export function locale(): string {
  const shown = language();
  return readersLanguages().find((tag) => tag.split('-')[0] === shown) ?? shown;
}

/** The language of the texts. */
export function language(): Language {
  return texts().language;
}

/** Shows the preferred language, once its texts are loaded. Without them, as when the network is gone, it stays. */
export async function applyLanguage(): Promise<void> {
  const preferred = preferredLanguage();
  if (preferred === language()) return;
  const next = await Promise.resolve(languages[preferred]()).catch(() => undefined);
  if (next !== undefined && preferred === preferredLanguage()) showTexts(next);
}

/** A text in the reader's language, with the values put in. */
export function t(key: MessageKey, values?: MessageValues): string {
  const { pages } = texts();
  return fillIn(pages[values === undefined ? key : countedId(pages, key, values)], values);
}

/** The chosen one, or the first of the reader's that there is, or English. */
function preferredLanguage(): Language {
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

export type { MessageKey } from './en/pages.ts';
