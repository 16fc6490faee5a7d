import { encodeComment, encodeFrame, encodeRetry } from '@image2model/protocol';
import { endingRetry } from '../wire.ts';
import type { PollAnswer } from './poll.ts';

/** As `eventListSchema` says. What an entry holds is JSON already. */
export function encodeJson({ entries, lastEventId }: PollAnswer): string {
  const events = entries.map(({ id, entry }) => `{"id":"${id}","event":"${entry.type}","data":${entry.data}}`);
  return `{"events":[${events.join()}],"last_event_id":"${lastEventId}"}`;
}

/** The same as an event stream that begins as every other, and ends here. */
export function encodeStream({ entries, retryMs, isOver }: PollAnswer): string {
  const frames = entries.map(({ id, entry }) => encodeFrame(entry.type, id, entry.data));
  return encodeComment() + encodeRetry(retryMs) + frames.join('') + (isOver ? endingRetry : '');
}
