import type { TaskEvent, TaskEventType } from './events.ts';

/**
 * One event in wire format (https://html.spec.whatwg.org/multipage/server-sent-events.html): `event`, `id` and one line
 * of `data`. The caller guarantees that `data` comes from `JSON.stringify`, and so has no raw line break, and that `id`
 * has none either.
 */
export function encodeFrame(type: TaskEventType, id: number | string, data: string): string {
  return `event: ${type}\nid: ${id}\ndata: ${data}\n\n`;
}

/** The frame of an event, with its sequence as the id. */
export function encodeEvent(event: TaskEvent): string {
  return encodeFrame(event.type, event.data.sequence, JSON.stringify(event.data));
}

/**
 * An event that only says where the client is. `cursor` is its id, and has no line break. Clients that follow the standard
 * send it when they come back, and have nothing else to do with it.
 */
export function encodeCursor(cursor: string): string {
  return `event: cursor\nid: ${cursor}\ndata: {}\n\n`;
}

/** A comment: keeps the connection and any proxy on the way alive; clients ignore it. */
export function encodeComment(text = ''): string {
  return `: ${text.replaceAll(/[\r\n]+/g, ' ')}\n\n`;
}

/** The reconnection delay for the client, rounded to whole milliseconds. */
export function encodeRetry(delayMs: number): string {
  return `retry: ${Math.max(0, Math.round(delayMs))}\n\n`;
}
