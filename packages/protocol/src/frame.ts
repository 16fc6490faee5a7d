import type { TaskEvent, TaskEventType } from './events.ts';

/**
 * One event as it stands on the wire (https://html.spec.whatwg.org/multipage/server-sent-events.html): `event`, `id`
 * and one line of `data`. JSON text holds no raw line break, so it needs no splitting; the caller guarantees that
 * `data` is JSON made by `JSON.stringify` and that `id` has no line break in it.
 */
export function encodeFrame(type: TaskEventType, id: number | string, data: string): string {
  return `event: ${type}\nid: ${id}\ndata: ${data}\n\n`;
}

/** The frame of an event, with its sequence for an id. */
export function encodeEvent(event: TaskEvent): string {
  return encodeFrame(event.type, event.data.sequence, JSON.stringify(event.data));
}

/** A comment: keeps the connection and everything between from falling asleep; clients see nothing of it. */
export function encodeComment(text = ''): string {
  return `: ${text.replaceAll(/[\r\n]+/g, ' ')}\n\n`;
}

/** Tells the client how long to wait before it comes back, in whole milliseconds. */
export function encodeRetry(delayMs: number): string {
  return `retry: ${Math.max(0, Math.round(delayMs))}\n\n`;
}
