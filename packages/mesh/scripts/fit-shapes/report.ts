import type { ShapeKind } from '../../src/types.ts';
import { costsOf, fits } from './kinds.ts';
import type { ThingKind } from './kinds.ts';
import type { Thing } from './measure-thing.ts';
import { shapeKinds } from '../../src/types.ts';

/** A thing, and the bodies that it was given, the likeliest first. */
export interface Judged {
  thing: Thing;
  ranks: ShapeKind[];
}

const thickBodies: readonly ShapeKind[] = ['round', 'soft', 'lathe'];
const thinBodies: readonly ShapeKind[] = ['flat', 'plaque'];
const thinThings: readonly ThingKind[] = ['thin', 'plate'];
const roundThings: readonly ThingKind[] = ['ball', 'turned', 'body'];

/** Per cent of the pictures, each of which counts once however often it was looked at. */
export function report(judged: readonly Judged[]): string {
  const share = (of: (one: Judged) => boolean, among: (one: Judged) => boolean = () => true): string => {
    const all = judged.filter(among);
    const total = all.reduce((sum, { thing }) => sum + thing.weight, 0);
    const right = all.filter(of).reduce((sum, { thing }) => sum + thing.weight, 0);
    return `${((100 * right) / Math.max(total, 1e-9)).toFixed(1)} % of ${Math.round(total)}`;
  };
  const is =
    (...kinds: readonly ThingKind[]) =>
    ({ thing }: Judged): boolean =>
      kinds.includes(thing.kind);
  /** What each picture becomes by its first view. */
  const firstOf = new Map(judged.toReversed().map(({ thing, ranks }) => [thing.file, ranks[0]]));
  const first = ({ ranks }: Judged): ShapeKind => ranks[0]!;
  const cost = judged.reduce(
    (sum, one) => sum + one.thing.weight * costsOf(one.thing.kind)[shapeKinds.indexOf(first(one))]!,
    0,
  );
  return [
    `fits at once:          ${share((one) => fits(one.thing.kind, first(one)))}`,
    `among the first two:   ${share(({ thing, ranks }) => ranks.slice(0, 2).some((shape) => fits(thing.kind, shape)))}`,
    `thin becomes thick:    ${share((one) => thickBodies.includes(first(one)), is(...thinThings))}`,
    `round becomes thin:    ${share((one) => thinBodies.includes(first(one)), is(...roundThings))}`,
    `ball becomes thin:     ${share((one) => thinBodies.includes(first(one)), is('ball'))}`,
    `turned becomes lathe:  ${share((one) => first(one) === 'lathe', is('turned'))}`,
    `wrongly made lathe:    ${share(
      (one) => first(one) === 'lathe',
      ({ thing }) => !['turned', 'ball', 'rod'].includes(thing.kind),
    )}`,
    `same with another cut: ${share(({ thing, ranks }) => ranks[0] === firstOf.get(thing.file))}`,
    `mean cost:             ${(cost / judged.reduce((sum, { thing }) => sum + thing.weight, 0)).toFixed(3)}`,
    '',
  ].join('\n');
}
