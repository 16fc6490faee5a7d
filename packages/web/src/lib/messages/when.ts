import { locale } from './index.ts';
import { number } from './numbers.ts';

// Making one takes a browser longer than all that a line of the history costs besides.
const formats = new Map<string, Intl.DateTimeFormat>();

/** A moment of the server, ISO 8601, as its reader says it: `22 Nov 2026, 14:05`. */
export function when(moment: string): string {
  const tag = locale();
  let format = formats.get(tag);
  if (!format) formats.set(tag, (format = new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeStyle: 'short' })));
  return format.format(new Date(moment));
}

/**
 * Makes a browser ready to write numbers and moments, which takes it 25 ms the first time, while it waits for the server
 * anyway and not when the answer is there.
 */
export function prepareFormats(): void {
  setTimeout(() => [number(0), when(new Date().toISOString())]);
}
