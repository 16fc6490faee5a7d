import type { TaskState } from '@image2model/protocol';
import { t } from '../messages/index.ts';
import { reasonOf } from '../messages/errors.ts';
import { serverText } from '../messages/server-text.ts';

/** How an ended task is told: a few words as a heading, and the reason where it failed. */
export interface Ending {
  title: string;
  /** Empty where the title says it all. */
  reason: string;
}

export function endingOf({ status, message, details }: Pick<TaskState, 'status' | 'message' | 'details'>): Ending {
  const said = serverText(message);
  // That none of several images became a model is short, and each of them says why.
  if (status !== 'failed' || details === undefined || details.code === 'ALL_FILES_FAILED') {
    return { title: said, reason: '' };
  }
  return { title: t('processing.failed'), reason: reasonOf(details.code, message) };
}
