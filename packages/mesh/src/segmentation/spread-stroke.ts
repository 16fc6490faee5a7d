import { boxBlur } from '../image/blur.ts';
import { findComponents } from '../image/connected-components.ts';
import { costs, fitColours } from './colour-model.ts';
import { pathDistance } from './path-distance.ts';
import { areaIn, viewAround } from './stroke-area.ts';
import type { Area, Planes } from './stroke-area.ts';
import { edgeCosts, minimise, relaxation } from './total-variation.ts';
import type { EdgeCosts, Relaxation } from './total-variation.ts';

/** How far a stroke reaches, of the picture's longest side, over what looks the same; less over anything else. */
const reachShare = 0.3;
/** What is looked at beyond what the stroke reaches, of its reach: with more colours known, it reaches a little further. */
const marginShare = 0.15;
/** Cost of a pixel's way per unit of its colour's log likelihood beyond the stroke's own, and the largest. */
const unlike = 0.7;
const maxUnlike = 6;
/** The same per unit of ΔE between neighbours beyond a photo's noise: a gradient may lead on into other colours. */
const steep = 0.7;
const noise = 1.5;
/** What the colour must say, in log likelihood, for a pixel beside the stroke to change; and one at the end of its reach. */
const reluctance = 0.7;
const reluctanceFar = 4;
/** The colours that the growing side has already count as well, less than the stroke's own. */
const sidePenalty = 2;
const maxEvidence = 8;
const rounds = 2;
/** Stronger than any evidence: such a pixel does not change any more. */
const certain = 30;
/** Leftovers of the other side up to this share of what has changed go with it. */
const crumb = 0.15;

/**
 * A side of a cut, grown by a stroke.
 * @param side 0 to 1: how much of each pixel belongs to the side.
 * @param painted 1 where the stroke goes: all of it belongs to the side from now on.
 * @param stays 1 where the other side is settled.
 * @returns 0 to 1, nowhere less than `side`.
 */
export function spreadStroke(
  picture: Planes,
  side: Float32Array,
  painted: Uint8Array,
  stays: Uint8Array,
): Float32Array {
  const { width, height } = picture;
  const grown = side.map((s, i) => (painted[i] ? 1 : s));
  const seeds = painted.map((p, i) => (p && side[i]! < 0.5 ? 1 : 0));
  const sides = { side, seeds, stays };
  const reach = reachShare * Math.max(width, height);
  const all = { left: 0, top: 0, width, height };
  const near = viewAround((i) => seeds[i] === 1, all, reach, picture);
  const wide = near && areaIn(picture, near, sides);
  const first = wide && look(wide, wide.seeds, reach);
  if (!first) return grown;
  // What the stroke cannot reach needs no cut, and that is most of it.
  const view = viewAround((i) => first.distance[i] !== Infinity, wide.view, marginShare * reach, picture);
  const area = view && areaIn(picture, view, sides);
  const changed = area && changeIn(area, picture, side, reach);
  if (!changed) return grown;
  const soft = softened(changed, area);
  for (let y = 0; y < area.view.height; y++) {
    for (let x = 0; x < area.view.width; x++) {
      const i = (y + area.view.top) * width + x + area.view.left;
      if (!stays[i]) grown[i] = Math.max(grown[i]!, soft[y * area.view.width + x]!);
    }
  }
  return grown;
}

/** What the pixels around a stroke look like to it. */
interface Looks {
  /** Minus the log likelihood of each colour, by what the stroke has changed and by the side that grows. */
  asSide: Float32Array;
  /** The length of the way from the stroke; Infinity where it does not reach. */
  distance: Float32Array;
}

/** Undefined where so little is `changed` that its colours say nothing. */
function look({ lab, side, seeds, stays, view }: Area, changed: Uint8Array, reach: number): Looks | undefined {
  const model = fitColours(lab, Float32Array.from(changed));
  if (!model) return undefined;
  const asSide = costs(model, lab);
  const own = fitColours(
    lab,
    side.map((s) => (s >= 0.5 ? 1 : 0)),
  );
  const asOwn = own && costs(own, lab);
  if (asOwn) for (let i = 0; i < asSide.length; i++) asSide[i] = Math.min(asSide[i]!, asOwn[i]! + sidePenalty);
  const seen = asSide.filter((_, i) => changed[i]).sort();
  const typical = seen[Math.floor(0.9 * seen.length)] ?? 0;
  const distance = pathDistance(seeds, view.width, reach, (from, to) => {
    if (side[to]! >= 0.5 || stays[to]) return Infinity;
    const [a, b] = [3 * from, 3 * to];
    const difference = Math.hypot(lab[a]! - lab[b]!, lab[a + 1]! - lab[b + 1]!, lab[a + 2]! - lab[b + 2]!);
    const colour = unlike * Math.max(0, asSide[to]! - typical);
    return 1 + Math.min(maxUnlike, colour, steep * Math.max(0, difference - noise));
  });
  return { asSide, distance };
}

/** 1 where pixels come to the growing side. */
function changeIn(area: Area, picture: Planes, side: Float32Array, reach: number): Uint8Array {
  const { view, lab, seeds } = area;
  const edges = edgeCosts(lab, view.width, view.height);
  const state = relaxation(
    area.side.map((s, i) => (s >= 0.5 || seeds[i] ? 1 : 0)),
    view.width,
  );
  let changed = seeds;
  for (let round = 0; round < rounds; round++) {
    const looks = look(area, changed, reach);
    if (!looks) return changed;
    const { asSide, distance } = looks;
    const asOther = otherCosts(area, picture, side, distance) ?? asSide;
    const data = area.side.map((s, i) => {
      if (seeds[i] || s >= 0.5) return -certain;
      if (distance[i] === Infinity) return certain;
      const evidence = Math.min(Math.max(asOther[i]! - asSide[i]!, -maxEvidence), maxEvidence);
      return reluctance + reluctanceFar * (distance[i]! / reach) ** 2 - evidence;
    });
    changed = connected(state, data, edges, area, distance);
  }
  return withCrumbs(changed, area);
}

/** By the colours of the other side, in all the picture but for what the stroke reaches: that may be wrong. */
function otherCosts(
  { view, lab }: Area,
  { lab: all, width }: Planes,
  side: Float32Array,
  distance: Float32Array,
): Float32Array | undefined {
  const other = side.map((s) => (s < 0.5 ? 1 : 0));
  for (let i = 0; i < distance.length; i++) {
    if (distance[i] === Infinity) continue;
    other[(view.top + Math.floor(i / view.width)) * width + view.left + (i % view.width)] = 0;
  }
  const model = fitColours(all, other);
  return model && costs(model, lab);
}

/** What the cheapest boundary gives to the growing side, as far as it is connected with the stroke. */
function connected(
  state: Relaxation,
  data: Float32Array,
  edges: EdgeCosts,
  { seeds, view }: Area,
  distance: Float32Array,
): Uint8Array {
  minimise(state, data, edges, view.width);
  const mask = seeds.map((s, i) => (s || (distance[i] !== Infinity && state.u[i]! > 0.5) ? 1 : 0));
  const pieces = findComponents(mask, view.width, view.height, 1, 8);
  const touched = new Set<number>();
  for (let i = 0; i < seeds.length; i++) if (seeds[i]) touched.add(pieces.labels[i]!);
  return mask.map((m, i) => (m && touched.has(pieces.labels[i]!) ? 1 : 0));
}

/** With the leftovers that the change has cut off, where nothing in them is settled. */
function withCrumbs(changed: Uint8Array, { view, side, stays }: Area): Uint8Array {
  const rest = changed.map((c, i) => (side[i]! < 0.5 && !c ? 1 : 0));
  const pieces = findComponents(rest, view.width, view.height, 1, 4);
  const size = changed.reduce((sum, c) => sum + c, 0);
  const goes = pieces.areas.map((area, n) => area <= crumb * size && !pieces.touchesBorder[n]);
  const beside = new Set<number>();
  for (let i = 0; i < changed.length; i++) {
    const label = pieces.labels[i]!;
    if (label !== -1 && stays[i]) goes[label] = false;
    if (!changed[i]) continue;
    for (const next of [i - 1, i + 1, i - view.width, i + view.width]) beside.add(pieces.labels[next] ?? -1);
  }
  return changed.map((c, i) => {
    const label = pieces.labels[i]!;
    return c || (label !== -1 && goes[label] && beside.has(label)) ? 1 : 0;
  });
}

/** The changed part with a soft edge, and no seam towards what was there. */
function softened(changed: Uint8Array, { view, side }: Area): Float32Array {
  const all = changed.map((c, i) => (c || side[i]! >= 0.5 ? 1 : 0));
  const soft = boxBlur(Float32Array.from(all), view.width, view.height, 1);
  const near = boxBlur(Float32Array.from(changed), view.width, view.height, 1);
  return soft.map((s, i) => (near[i]! > 0.01 ? (changed[i] ? Math.max(s, 0.51) : s) : 0));
}
