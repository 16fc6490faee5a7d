import { locale } from './index.ts';

const percentage = { style: 'percent' } as const;

/** A share of 0 to 100 for a person: `45%`, in German `45 %`. Rounded down. */
export function percent(value: number, tag: string = locale()): string {
  return formatOf(tag, percentage).format(Math.floor(value) / 100);
}

/** A number for a person: `1,234.5`, in German `1.234,5`. */
export function number(value: number, tag: string = locale()): string {
  return formatOf(tag, {}).format(value);
}

/** Money for a person: `$0.20`, with more digits for small amounts. */
export function money(amount: number, currency: string, tag: string = locale()): string {
  try {
    return formatOf(tag, { style: 'currency', currency, maximumFractionDigits: 4 }).format(amount);
  } catch {
    // A provider may use something that is no currency: credits, say.
    return `${number(amount, tag)} ${currency}`;
  }
}

/** A text that no line break divides: a number and its unit stay together. */
export function unbroken(text: string): string {
  return text.replaceAll(' ', '\u00a0');
}

/** Formats are expensive to create, and a page of a hundred files uses them a thousand times a second. */
const formats = new Map<string, Intl.NumberFormat>();

/** The format of these options, created once. */
export function formatOf(tag: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${tag} ${JSON.stringify(options)}`;
  const format = formats.get(key) ?? new Intl.NumberFormat(tag, options);
  formats.set(key, format);
  return format;
}
