import type { ErrorText } from './errors-en.ts';
import { language, t } from './index.ts';
import { kindOf } from './error-kind.ts';
import { serverText } from './server-text.ts';
import { words } from './texts.svelte.ts';

/** What somebody can do about something that failed with this code. */
export function nextStep(code: string): string {
  return textOf(code)?.next ?? t('error.next');
}

/**
 * Why a photo did not become a model, in the reader's language: the server's own sentence where there are words for it,
 * since it says more, and the words for its code where there are none. What has no known code is told as it came.
 */
export function reasonOf(code: string, said: string): string {
  const told = serverText(said);
  if (told !== '' && (language() === 'en' || told !== said)) return told;
  return textOf(code)?.title ?? said;
}

/** What the server answered to a call that did not succeed, as one text: what is the matter, and what to do. */
export function explain({ code, error }: { code: string; error: string }): string {
  const text = textOf(code);
  return `${sentence(text?.title ?? error)} ${text?.next ?? t('trouble.other.next')}`;
}

/** What stands in the way of a page, in a few words; `other` where that is nothing that the pages know of. */
export function troubleTitle(refusal: { code: string }, other: string): string {
  const kind = kindOf(refusal);
  return kind === 'other' ? other : t(`trouble.${kind}`);
}

/** As a sentence that another one may follow. */
export function sentence(text: string): string {
  return text === '' || /[.!?…]$/.test(text) ? text : `${text}.`;
}

function textOf(code: string): ErrorText | undefined {
  const { errors } = words();
  return Object.hasOwn(errors, code) ? errors[code as keyof typeof errors] : undefined;
}
