import { errorsDe } from './errors-de.ts';
import { errorsEn, type ErrorText } from './errors-en.ts';
import { language, t } from './index.ts';

/** What somebody can do about something that failed with this code. */
export function nextStep(code: string): string {
  return textOf(code)?.next ?? t('error.next');
}

/**
 * Why something failed, in the reader's language: the server's own sentence where that is English, since it says more,
 * and the words for its code where it is not. What has no known code is told as it came.
 */
export function reasonOf(code: string, said: string): string {
  return (language() === 'en' && said) || (textOf(code)?.title ?? said);
}

function textOf(code: string): ErrorText | undefined {
  const texts = language() === 'de' ? errorsDe : errorsEn;
  return Object.hasOwn(texts, code) ? texts[code as keyof typeof texts] : undefined;
}
