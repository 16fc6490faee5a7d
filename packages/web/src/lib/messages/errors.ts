import type { ErrorText } from './en/errors.ts';
import { type CallError, errorKind } from './error-kind.ts';
import { language, t } from './index.ts';
import { texts } from './texts.svelte.ts';
import { type ServerMessage, translation } from './translate.ts';

/** What somebody can do about something that failed with this code. */
export function nextStep(code: string): string {
  return textOf(code)?.next ?? t('error.photo.next');
}

/**
 * Why a photo did not become a model, in the reader's language: the server's own sentence where there is a text for it,
 * since it says more, else the title of its code, else the sentence as it came.
 */
export function reasonOf(code: string, message: ServerMessage): string {
  if (language() === 'en' && message.message !== '') return message.message;
  return translation(message) ?? textOf(code)?.title ?? message.message;
}

/** What the server answered to a call that did not succeed, as one text: what is wrong, and what to do. */
export function explain({ code, error }: CallError): string {
  const text = textOf(code);
  return `${sentence(text?.title ?? error)} ${text?.next ?? t('error.other.next')}`;
}

/** Why a page cannot be shown, in a few words; `other` for what the pages have no title of their own for. */
export function errorTitle(error: CallError, other: string): string {
  const kind = errorKind(error);
  return kind === 'other' ? other : t(`error.${kind}`);
}

/** As a sentence that another one may follow. */
export function sentence(text: string): string {
  return text === '' || /[.!?…]$/.test(text) ? text : `${text}.`;
}

function textOf(code: string): ErrorText | undefined {
  const { errors } = texts();
  return Object.hasOwn(errors, code) ? errors[code as keyof typeof errors] : undefined;
}
