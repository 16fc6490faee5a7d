import { formatOf } from '../messages/numbers.ts';

/** A length in metres for a person: centimetres below ten metres. */
export function formatLength(metres: number, locale: string): string {
  const [value, unit] = metres < 10 ? [metres * 100, 'centimeter'] : [metres, 'meter'];
  return formatOf(locale, { style: 'unit', unit, maximumSignificantDigits: 3 }).format(value);
}

/** The side of a grid's squares for something of this size, in metres: a power of ten, some five to fifty across. */
export function gridStep(size: number): number {
  return 10 ** Math.floor(Math.log10(Math.max(size, 0.001) / 5));
}
