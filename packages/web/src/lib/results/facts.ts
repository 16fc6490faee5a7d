import type { ModelFile } from '@image2model/protocol';
import { formatOf, money } from '../messages/numbers.ts';
import { unitText } from '../messages/units.ts';

/** One line of the facts card: a key of the texts and a value for a person. */
export interface Fact {
  key: 'faces' | 'vertices' | 'size' | 'file' | 'method' | 'time' | 'cost' | 'attempts';
  value: string;
}

/** The known facts of a model, for a person who reads `locale`. */
export function factsOf(
  { size, statistics, cost }: Pick<ModelFile, 'size' | 'statistics' | 'cost'>,
  locale: string,
  attempts = 1,
): Fact[] {
  const { faces, vertices, width, height, depth, method, seconds } = statistics;
  const number = formatOf(locale, {});
  const facts: Fact[] = [];
  if (faces !== undefined) facts.push({ key: 'faces', value: number.format(faces) });
  if (vertices !== undefined) facts.push({ key: 'vertices', value: number.format(vertices) });
  if (width !== undefined && height !== undefined && depth !== undefined) {
    const sides = [width, height, depth].map((side) => number.format(Math.round(side * 100)));
    facts.push({ key: 'size', value: `${sides.join(' × ')} cm` });
  }
  facts.push({ key: 'file', value: formatBytes(size, locale) });
  if (method !== undefined) facts.push({ key: 'method', value: method });
  if (seconds !== undefined) facts.push({ key: 'time', value: formatSeconds(seconds, locale) });
  if (cost !== undefined) facts.push({ key: 'cost', value: formatCost(cost, locale) });
  if (attempts > 1) facts.push({ key: 'attempts', value: number.format(attempts) });
  return facts;
}

/** Warnings about the outline, whose words say that a mask would help. */
const cutWarnings: readonly string[] = ['mesh.scene_outline', 'mesh.outline_guessed', 'mesh.relief_instead'];

/** Whether a warning of this id is one that another cut-out helps against. */
export function isOfCut(id: string | undefined): boolean {
  return id !== undefined && cutWarnings.includes(id);
}

/** A size in bytes for a person: `93.4 kB`. */
export function formatBytes(bytes: number, locale: string): string {
  const [value, unit] = bytes < 1e6 ? [bytes / 1e3, 'kilobyte'] : [bytes / 1e6, 'megabyte'];
  return formatOf(locale, { style: 'unit', unit, maximumFractionDigits: 1 }).format(value);
}

function formatSeconds(seconds: number, locale: string): string {
  const format = { style: 'unit', unit: 'second', unitDisplay: 'short', maximumFractionDigits: 1 } as const;
  return formatOf(locale, format).format(seconds);
}

/** What was charged: money if the price is known, else the units. */
function formatCost({ amount, currency, units, unit }: NonNullable<ModelFile['cost']>, locale: string): string {
  if (amount !== null) return money(amount, currency, locale);
  return `${formatOf(locale, {}).format(units)} ${unitText(unit, units)}`;
}
