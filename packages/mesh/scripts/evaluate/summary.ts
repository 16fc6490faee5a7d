import { median } from '../../src/segmentation/median.ts';
import type { CompositeRow } from './judge-composite.ts';
import type { PhotoRow } from './judge-photo.ts';
import type { Measures } from './measure-model.ts';

/** A cut under this is wrong. */
const wrongUnder = 0.8;
const goodFrom = 0.9;

/** One line per ground, and one for all. */
export function summariseComposites(rows: readonly CompositeRow[]): string {
  const lines = groups(rows).map(([name, some]) => {
    const silent = some.filter(({ iou, warnings }) => iou < wrongUnder && warnings.length === 0);
    const warned = some.filter(({ iou, warnings }) => iou >= goodFrom && warnings.length > 0);
    return [
      name,
      some.length,
      share(some, ({ iou }) => iou >= goodFrom),
      middle(some.map(({ iou }) => iou)),
      share(some, ({ cut }) => cut >= goodFrom),
      share(some, ({ best }) => best >= goodFrom),
      silent.length,
      warned.length,
      count(some.map(({ method }) => method)),
      middle(some.map(({ seconds }) => seconds)),
    ];
  });
  const head = ['ground', 'composites', 'IoU ≥ .9', 'median IoU', 'cut taken ≥ .9', 'best cut ≥ .9'];
  return table([...head, 'wrong, not warned', 'right, but warned', 'methods', 'median s'], lines);
}

/** What can be said of photos whose right outline is unknown. */
export function summarisePhotos(rows: readonly PhotoRow[]): string {
  const methods = [...new Set(rows.map(({ method }) => method))].sort();
  const lines = methods.map((name) => {
    const some = rows.filter(({ method }) => method === name);
    return [
      name,
      some.length,
      some.filter(({ warnings }) => warnings.length > 0).length,
      middle(some.flatMap(({ agreement }) => agreement ?? [])),
      some.filter(({ pieces }) => pieces >= 8).length,
      some.filter(({ border }) => border >= 0.05).length,
      middle(some.map(({ seconds }) => seconds)),
    ];
  });
  const head = ['cut', 'photos', 'warned', 'median agreement', '8 pieces or more'];
  return table([...head, '5 % of the border or more', 'median s'], lines);
}

/** The thickness of what is known by name. */
export function summariseKinds(rows: readonly PhotoRow[]): string {
  const known = rows.filter((row) => row.expected);
  const kinds = [...new Set(known.map(({ expected }) => expected!.kind))].sort();
  const lines = kinds.map((kind) => {
    const some = known.filter(({ expected }) => expected!.kind === kind);
    const { low, high } = some[0]!.expected!;
    const fits = ({ model }: PhotoRow): boolean => model.thickness >= low && model.thickness <= high;
    const shapes = some.map(({ model }) => model.shape ?? 'not said');
    const range = `${low} to ${high}`;
    return [
      kind,
      some.length,
      range,
      middle(some.map(({ model }) => model.thickness)),
      share(some, fits),
      count(shapes),
    ];
  });
  return table(['kind', 'models', 'should be', 'median thickness', 'within', 'shapes taken'], lines);
}

/** The soundness of all models. */
export function summariseModels(models: readonly Measures[], peakMegabytes: number): string {
  const crossing = models.filter(({ crossings }) => crossings > 0);
  return [
    `${models.length} models: ${models.filter(({ closed }) => !closed).length} not closed,`,
    `${crossing.length} with crossing triangles (${crossing.reduce((sum, { crossings }) => sum + crossings, 0)} pairs),`,
    `${middle(models.map(({ seconds }) => seconds))} s in the middle,`,
    `${Math.max(...models.map(({ seconds }) => seconds)).toFixed(2)} s at most, ${peakMegabytes} MB at the peak.`,
  ].join(' ');
}

function groups(rows: readonly CompositeRow[]): [string, CompositeRow[]][] {
  const names = [...new Set(rows.map(({ set }) => set))];
  const each = names.map((name): [string, CompositeRow[]] => [name, rows.filter(({ set }) => set === name)]);
  return names.length > 1 ? [...each, ['all', [...rows]]] : each;
}

function table(head: readonly string[], lines: readonly (readonly (string | number)[])[]): string {
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function middle(values: readonly number[]): string {
  return values.length === 0 ? '–' : median([...values]).toFixed(2);
}

function share<T>(rows: readonly T[], has: (row: T) => boolean): string {
  return `${Math.round((100 * rows.filter(has).length) / rows.length)} %`;
}

function count(names: readonly string[]): string {
  return [...new Set(names)]
    .sort()
    .map((name) => `${name} ${names.filter((other) => other === name).length}`)
    .join(', ');
}
