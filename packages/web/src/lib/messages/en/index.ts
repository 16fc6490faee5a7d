import { errorsEn, type ErrorText } from './errors.ts';
import type { ModelTexts } from './models.ts';
import { type MessageKey, pagesEn } from './pages.ts';

/** All texts of a language. */
export interface Texts {
  language: 'en' | 'de';
  pages: Readonly<Record<MessageKey, string>>;
  /** By the codes of errors. */
  errors: Readonly<Record<keyof typeof errorsEn, ErrorText>>;
  /** By the ids of models. Those in English are loaded with what shows them. */
  models?: Readonly<Record<string, ModelTexts>>;
  /** What the server says, by the ids of its messages. */
  messages: Readonly<Record<string, string>>;
  /** The units of providers, singular and plural, by the English singular. */
  units: Readonly<Record<string, readonly [one: string, many: string]>>;
}

/** What the server says comes in English, and providers name their units in it. */
export const english: Texts = {
  language: 'en',
  pages: pagesEn,
  errors: errorsEn,
  messages: {},
  units: {},
};
