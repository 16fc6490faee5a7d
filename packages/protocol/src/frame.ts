import type { TaskEvent, TaskEventType } from './events.ts';

/**
 * One event in wire format (https://html.spec.whatwg.org/multipage/server-sent-events.html): `event`, `id` and one line
 * of `data`. The caller guarantees that `data` comes from `JSON.stringify`, and so has no raw line break, and that `id`
 * has none either.
 */
export function encodeFrame(type: TaskEventType, id: number | string, data: string): string {
  return `event: ${type}\nid: ${id}\ndata: ${data.replaceAll(unsafe, makeSafe)}\n\n`;
}

/**
 * What `JSON.stringify` leaves in and simple clients stumble over: line breaks of Unicode, where Python's `splitlines` and
 * Swift's `lines` end a line, and escaped halves of surrogate pairs, which strict JSON parsers reject. Other escapes
 * are matched so that none of their characters begins a match.
 */
const unsafe = /[\u0085\u2028\u2029]|\\(?:ud[89a-f]..|.)/g;

function makeSafe(found: string): string {
  if (found.startsWith('\\')) return found.startsWith('\\ud') ? '\\ufffd' : found;
  return `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`;
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
