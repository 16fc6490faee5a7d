import type { ModelFile } from '@image2model/protocol';

/** One line of the facts card: a key of the messages and a value for a person. */
export interface Fact {
  key: 'faces' | 'size' | 'file' | 'method' | 'time';
  value: string;
}

/** The measured facts of a model that there are, for a person who reads `locale`. */
export function factsOf({ size, statistics }: Pick<ModelFile, 'size' | 'statistics'>, locale: string): Fact[] {
  const { faces, width, height, depth, method, seconds } = statistics;
  const number = new Intl.NumberFormat(locale);
  const facts: Fact[] = [];
  if (faces !== undefined) facts.push({ key: 'faces', value: number.format(faces) });
  if (width !== undefined && height !== undefined && depth !== undefined) {
    const centimetres = [width, height, depth].map((side) => number.format(Math.round(side * 100)));
    facts.push({ key: 'size', value: `${centimetres.join(' × ')} cm` });
  }
  facts.push({ key: 'file', value: formatBytes(size, locale) });
  if (method !== undefined) facts.push({ key: 'method', value: method });
  if (seconds !== undefined) {
    const tenths = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
    facts.push({ key: 'time', value: `${tenths.format(seconds)} s` });
  }
  return facts;
}

/** A size in bytes as a person reads it: `93.4 kB`. */
export function formatBytes(bytes: number, locale: string): string {
  const [value, unit] = bytes < 1e6 ? [bytes / 1e3, 'kilobyte'] : [bytes / 1e6, 'megabyte'];
  return new Intl.NumberFormat(locale, { style: 'unit', unit, maximumFractionDigits: 1 }).format(value);
}
