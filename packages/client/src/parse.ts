import { taskEventTypes } from '@image2model/protocol';
import type { TaskEvent, TaskEventType } from '@image2model/protocol';
import type { EventSourceMessage } from 'eventsource-parser';
import { ApiError } from './errors.ts';

/** The event that a message bears; nothing where its type is unknown: later servers may send more than this client knows. */
export function parseEvent(message: EventSourceMessage): TaskEvent | ApiError | undefined {
  if (!taskEventTypes.includes(message.event as TaskEventType)) return undefined;
  try {
    const data = JSON.parse(message.data) as TaskEvent['data'] | null;
    if (Number.isSafeInteger(data?.sequence) && typeof data?.task_id === 'string') {
      return { type: message.event, data } as TaskEvent;
    }
  } catch {
    // Told below.
  }
  // Asked for again with the old cursor, after a wait: a mangled event is neither lost nor believed.
  return new ApiError('The stream brought something that is not an event', {
    code: 'MALFORMED_EVENT',
    retryable: true,
  });
}
