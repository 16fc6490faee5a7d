import type { TaskState } from '@image2model/protocol';
import { t } from '../messages/index.ts';
import { reasonOf } from '../messages/errors.ts';
import { translate } from '../messages/translate.ts';

/** How a task that has ended is announced: a few words as a heading, and the reason where it failed. */
export interface Ending {
  title: string;
  /** Empty where the title says it all. */
  reason: string;
}

export function endingOf(
  task: Pick<TaskState, 'status' | 'message' | 'message_id' | 'message_values' | 'details'>,
): Ending {
  const { status, details } = task;
  // That none of several photos became a model is short, and each of them says why.
  if (status !== 'failed' || details === undefined || details.code === 'ALL_FILES_FAILED') {
    return { title: translate(task), reason: '' };
  }
  return { title: t('processing.failed'), reason: reasonOf(details.code, task) };
}
