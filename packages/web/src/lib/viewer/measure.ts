import { formatOf, unbroken } from '../messages/numbers.ts';

/** A length in metres for a person: centimetres below ten metres, or millimetres where the size was given in those. */
export function formatLength(metres: number, locale: string, isInMm = false): string {
  const [value, unit] = isInMm
    ? [metres * 1000, 'millimeter']
    : metres < 10
      ? [metres * 100, 'centimeter']
      : [metres, 'meter'];
  return unbroken(formatOf(locale, { style: 'unit', unit, maximumSignificantDigits: 3 }).format(value));
}

/** The side of a grid's squares for something of this size, in metres: a power of ten, some five to fifty across. */
export function gridStep(size: number): number {
  return 10 ** Math.floor(Math.log10(Math.max(size, 0.001) / 5));
}
