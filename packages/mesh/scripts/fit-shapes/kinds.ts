import { shapeKinds } from '../../src/types.ts';
import type { ShapeKind } from '../../src/types.ts';
import { names } from './names.ts';

/** What things are like, as a person sorts them. */
export const thingKinds = ['ball', 'turned', 'rod', 'body', 'hull', 'cushion', 'slab', 'thin', 'plate'] as const;

export type ThingKind = (typeof thingKinds)[number];

/**
 * How wrong each body is for each kind of thing, 0 to 1. A ball that becomes a plaque is worse than a plate that becomes a
 * cushion.
 */
const costs: Record<ThingKind, Record<ShapeKind, number>> = {
  /** As deep as it is wide: fruit, planets, footballs. */
  ball: { round: 0, soft: 0.4, flat: 0.9, plaque: 1, lathe: 0.1 },
  /** Round about an axis: bottles, bulbs, pears. */
  turned: { round: 0.3, soft: 0.45, flat: 0.85, plaque: 1, lathe: 0 },
  /** So thin and long that it hardly matters. */
  rod: { round: 0.15, soft: 0.1, flat: 0.15, plaque: 0.3, lathe: 0 },
  /** Animals, people, vegetables, jugs. */
  body: { round: 0, soft: 0.1, flat: 0.6, plaque: 0.8, lathe: 0.5 },
  /** Cars, ships and planes. */
  hull: { round: 0.15, soft: 0, flat: 0.1, plaque: 0.5, lathe: 0.8 },
  /** Flowers, clothes, moths, and what is drawn. */
  cushion: { round: 0.3, soft: 0, flat: 0.15, plaque: 0.35, lathe: 0.7 },
  /** Of even thickness, and a quarter as deep as wide: guitars, cameras, gravestones. */
  slab: { round: 0.5, soft: 0.25, flat: 0, plaque: 0.25, lathe: 0.8 },
  /** Tools, keys, slates. */
  thin: { round: 0.9, soft: 0.5, flat: 0, plaque: 0.1, lathe: 0.9 },
  /** Coins, plates, slices. */
  plate: { round: 0.9, soft: 0.45, flat: 0.1, plaque: 0, lathe: 0.9 },
};

/** Up to this cost a body fits. */
const fitting = 0.15;

/** In the order of `shapeKinds`. */
export function costsOf(kind: ThingKind): number[] {
  return shapeKinds.map((shape) => costs[kind][shape]);
}

export function fits(kind: ThingKind, shape: ShapeKind): boolean {
  return costs[kind][shape] <= fitting;
}

const kindByName = new Map(thingKinds.flatMap((kind) => names[kind].split(/\s+/).map((name) => [name, kind] as const)));

/** What a file shows, by its name and its folder's; undefined where nobody has sorted it. */
export function thingIn(file: string): ThingKind | undefined {
  const name = file.slice(file.lastIndexOf('/') + 1).replace(/\.\w+$/, '');
  const folder = file.split('/').at(-2)!;
  return kindByName.get(`${folder}/${name}`) ?? kindByName.get(name) ?? kindByName.get(`${folder}/`);
}

/** Pictures of one series look alike and must not be on both sides of a test: coins of a country, planets, chessmen. */
export function seriesOf(file: string): string {
  if (/\/(money|planets|solar_system|moon|chess|halloween)\//.test(file)) return file.slice(0, file.lastIndexOf('/'));
  return file.slice(file.lastIndexOf('/') + 1).replace(/\.\w+$|[-_]?[0-9]+[a-z]?/g, '');
}
