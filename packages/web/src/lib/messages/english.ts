import { en, type MessageKey } from './en.ts';
import { errorsEn, type ErrorText } from './errors-en.ts';
import { type ModelWords, modelsEn } from './models-en.ts';
import { type SaidWords, saidEn } from './said-en.ts';

/** All the words of a language. */
export interface Words {
  language: 'en' | 'de';
  pages: Readonly<Record<MessageKey, string>>;
  /** By the codes of errors. */
  errors: Readonly<Record<keyof typeof errorsEn, ErrorText>>;
  /** By the ids of models. */
  models: Readonly<Record<string, ModelWords>>;
  said: SaidWords;
  /** What providers count, of one and of several, by the English word for one. */
  units: Readonly<Record<string, readonly [one: string, many: string]>>;
}

export const english: Words = {
  language: 'en',
  pages: en,
  errors: errorsEn,
  models: modelsEn,
  said: saidEn,
  units: {},
};
