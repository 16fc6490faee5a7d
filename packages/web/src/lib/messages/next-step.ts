import { errorDefinitions } from '@image2model/protocol';
import { language, t } from './index.ts';

/** What somebody can do about an error: the table's own advice in English, a general one in other languages. */
export function nextStep(code: string): string {
  const known = (errorDefinitions as Record<string, { next: string } | undefined>)[code];
  return known && language() === 'en' ? known.next : t('error.next');
}
