import { locale } from './index.ts';
import { number } from './numbers.ts';

// Creating one takes longer than everything else in a row of the history.
const formats = new Map<string, Intl.DateTimeFormat>();

/** A time of the server, ISO 8601, for a person: `22 Nov 2026, 14:05`. */
export function when(moment: string): string {
  const tag = locale();
  let format = formats.get(tag);
  if (!format) formats.set(tag, (format = new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeStyle: 'short' })));
  return format.format(new Date(moment));
}

/**
 * Creates the formats of numbers and times, which takes 25 ms the first time, while the page waits for the server
 * anyway.
 */
export function prepareFormats(): void {
  setTimeout(() => [number(0), when(new Date().toISOString())]);
}
