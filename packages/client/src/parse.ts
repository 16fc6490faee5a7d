import type { TaskEvent } from '@image2model/protocol';
import { withAddresses } from './address.ts';
import { ApiError } from './errors.ts';
import { eventNames } from './event-names.ts';
import type { Received } from './read-events.ts';

/** Parses a message as an event. Unknown types give nothing: newer servers may send more than this client knows. */
export function parseEvent(message: Received, baseUrl: string | undefined): TaskEvent | ApiError | undefined {
  if (!Object.hasOwn(eventNames, message.event as string)) return undefined;
  try {
    const data = JSON.parse(withAddresses(message.data as string, baseUrl)) as TaskEvent['data'] | null;
    if (Number.isSafeInteger(data?.sequence) && typeof data?.task_id === 'string') {
      return { type: message.event, data } as TaskEvent;
    }
  } catch {
    // Reported below.
  }
  // The connection requests it again from the old cursor, after a delay: a corrupt event is neither lost nor used.
  return new ApiError('A malformed event', {
    code: 'MALFORMED_EVENT',
    retryable: true,
  });
}
