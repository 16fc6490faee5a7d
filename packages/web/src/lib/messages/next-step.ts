import { en, type MessageKey } from './en.ts';
import { t } from './index.ts';

/** What somebody can do about a file that failed with this code. */
export function nextStep(code: string): string {
  const key = `next.${code}`;
  return isKey(key) ? t(key) : t('error.next');
}

const isKey = (key: string): key is MessageKey => Object.hasOwn(en, key);
