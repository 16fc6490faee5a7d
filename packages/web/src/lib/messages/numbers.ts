import { locale } from './index.ts';

/** A share of 0 to 100 as a person reads it: `45%`, in German `45 %`. Never more than is reached. */
export function percent(value: number, tag: string = locale()): string {
  return formatOf(tag, 'percent').format(Math.floor(value) / 100);
}

/** A number as a person reads it: `1,234.5`, in German `1.234,5`. */
export function number(value: number, tag: string = locale()): string {
  return formatOf(tag, 'decimal').format(value);
}

/** A format is dear to make, and a page of a hundred files asks for it a thousand times a second. */
const formats = new Map<string, Intl.NumberFormat>();

function formatOf(tag: string, style: 'percent' | 'decimal'): Intl.NumberFormat {
  const key = `${style} ${tag}`;
  const format = formats.get(key) ?? new Intl.NumberFormat(tag, { style });
  formats.set(key, format);
  return format;
}
