import type { ModelFile, Statistics } from '@image2model/protocol';
import { formatOf, money, unbroken } from '../messages/numbers.ts';
import { unitText } from '../messages/units.ts';
import { growth, sidesOf, sizeAs, type SidesMm } from './model-size.ts';

/** One line of the facts card: a key of the texts and a value for a person. */
export interface Fact {
  key: FactKey;
  value: string;
}

type FactKey =
  | 'faces'
  | 'vertices'
  | 'parts'
  | 'size'
  | 'print'
  | 'volume'
  | 'print.volume'
  | 'file'
  | 'shape'
  | 'method'
  | 'sure'
  | 'time'
  | 'cost'
  | 'attempts';

/** What a fact sheet is made for, besides the model. */
interface FactOptions {
  /** Attempts that it took. */
  attempts?: number;
  /** The longest side that somebody has chosen, in millimetres. */
  sizeMm?: number | undefined;
}

/** The known facts of a model, for a person who reads `locale`. */
export function factsOf(
  { size, statistics, cost }: Pick<ModelFile, 'size' | 'statistics' | 'cost'>,
  locale: string,
  { attempts = 1, sizeMm }: FactOptions = {},
): Fact[] {
  const { faces, vertices, parts, shape, method, cut, seconds } = statistics;
  const number = formatOf(locale, {});
  const facts: Fact[] = [];
  const add = (key: FactKey, value: string | undefined) => value !== undefined && facts.push({ key, value });
  add('faces', faces === undefined ? undefined : number.format(faces));
  add('vertices', vertices === undefined ? undefined : number.format(vertices));
  add('parts', parts === undefined ? undefined : number.format(parts));
  facts.push(...sizeFacts(statistics, locale, sizeMm));
  add('file', formatBytes(size, locale));
  add('shape', shape);
  add('method', method);
  add('sure', cut === undefined ? undefined : formatOf(locale, { style: 'percent' }).format(cut.score));
  add('time', seconds === undefined ? undefined : formatSeconds(seconds, locale));
  add('cost', cost === undefined ? undefined : formatCost(cost, locale));
  if (attempts > 1) add('attempts', number.format(attempts));
  return facts;
}

/** Warnings about the outline, whose words say that a mask would help. */
const cutWarnings: readonly string[] = [
  'mesh.outline_unsure',
  'mesh.scene_outline',
  'mesh.outline_guessed',
  'mesh.relief_instead',
];

/** Whether a warning of this id is one that another cut-out helps against. */
export function isOfCut(id: string | undefined): boolean {
  return id !== undefined && cutWarnings.includes(id);
}

/** Whether the whole picture became a relief, since no object stood out or since that was asked for. */
export function isRelief({ statistics }: Pick<ModelFile, 'statistics'>): boolean {
  return statistics.method === 'relief';
}

/** Its size as it was made and as it is printed, or the one that was chosen; and what it encloses at that size. */
function sizeFacts(statistics: Statistics, locale: string, sizeMm: number | undefined): Fact[] {
  const sides = sidesOf(statistics);
  if (sides === undefined) return [];
  const chosen = growth(sides, sizeMm);
  const printed = growth(sides, sizeAs('stl', sizeMm));
  const facts: Fact[] =
    sizeMm === undefined
      ? [
          { key: 'size', value: formatSides(sides, 0.1, 'cm', locale) },
          { key: 'print', value: formatSides(sides, printed, 'mm', locale) },
        ]
      : [{ key: 'size', value: formatSides(sides, chosen, 'mm', locale) }];
  if (statistics.volume_mm3 !== undefined) {
    const cubicCentimetres = (statistics.volume_mm3 * printed ** 3) / 1000;
    const value = `${formatOf(locale, { maximumSignificantDigits: 3 }).format(cubicCentimetres)}\u00a0cm³`;
    facts.push({ key: sizeMm === undefined ? 'print.volume' : 'volume', value });
  }
  return facts;
}

/** `62.5 × 100 × 41 mm`. */
function formatSides({ width, height, depth }: SidesMm, factor: number, unit: string, locale: string): string {
  const format = formatOf(locale, { maximumFractionDigits: unit === 'cm' ? 0 : 1 });
  return `${[width, height, depth].map((side) => format.format(side * factor)).join(' × ')}\u00a0${unit}`;
}

/** A size in bytes for a person: `93.4 kB`. */
export function formatBytes(bytes: number, locale: string): string {
  const [value, unit] = bytes < 1e6 ? [bytes / 1e3, 'kilobyte'] : [bytes / 1e6, 'megabyte'];
  return unbroken(formatOf(locale, { style: 'unit', unit, maximumFractionDigits: 1 }).format(value));
}

function formatSeconds(seconds: number, locale: string): string {
  const format = { style: 'unit', unit: 'second', unitDisplay: 'short', maximumFractionDigits: 1 } as const;
  return unbroken(formatOf(locale, format).format(seconds));
}

/** What was charged: money if the price is known, else the units. */
function formatCost({ amount, currency, units, unit }: NonNullable<ModelFile['cost']>, locale: string): string {
  if (amount !== null) return money(amount, currency, locale);
  return `${formatOf(locale, {}).format(units)}\u00a0${unitText(unit, units)}`;
}
