import { locale } from './index.ts';

const percentage = { style: 'percent' } as const;

/** A share of 0 to 100 as a person reads it: `45%`, in German `45 %`. Never more than is reached. */
export function percent(value: number, tag: string = locale()): string {
  return formatOf(tag, percentage).format(Math.floor(value) / 100);
}

/** A number as a person reads it: `1,234.5`, in German `1.234,5`. */
export function number(value: number, tag: string = locale()): string {
  return formatOf(tag, {}).format(value);
}

/** Money as a person reads it: `$0.20`, with more places where the amount is small. */
export function money(amount: number, currency: string, tag: string = locale()): string {
  try {
    return formatOf(tag, { style: 'currency', currency, maximumFractionDigits: 4 }).format(amount);
  } catch {
    // A provider may name something that is no currency: credits, say.
    return `${number(amount, tag)} ${currency}`;
  }
}

/** A format is dear to make, and a page of a hundred files asks for it a thousand times a second. */
const formats = new Map<string, Intl.NumberFormat>();

/** The format of these options, made once. */
export function formatOf(tag: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${tag} ${JSON.stringify(options)}`;
  const format = formats.get(key) ?? new Intl.NumberFormat(tag, options);
  formats.set(key, format);
  return format;
}
