import { encodeComment, encodeCursor, encodeFrame, encodeRetry } from '@image2model/protocol';
import { endingRetry } from '../wire.ts';
import type { PollAnswer } from './poll.ts';

/** As `eventListSchema` says. What an entry holds is JSON already. */
export function encodeJson({ entries, lastEventId }: PollAnswer): string {
  const events = entries.map(({ id, entry }) => `{"id":"${id}","event":"${entry.type}","data":${entry.data}}`);
  return `{"events":[${events.join()}],"last_event_id":"${lastEventId}"}`;
}

/** The same as an event stream that begins as every other, and ends here. `proof` as in a stream's `Outlet`. */
export function encodeStream({ entries, lastEventId, retryMs, isOver }: PollAnswer, proof: string): string {
  const frames = entries.map(({ id, entry }) => encodeFrame(entry.type, id, entry.data));
  const cursor = proof === '' ? '' : encodeCursor(`${lastEventId}~${proof}`);
  return encodeComment() + encodeRetry(retryMs) + frames.join('') + (isOver ? endingRetry : cursor);
}
