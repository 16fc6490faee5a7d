import { bilinear, resample } from '../image/resample.ts';
import type { Grid } from '../meshing/grid.ts';
import { findAxis } from '../outline/axis.ts';
import type { Axis } from '../outline/axis.ts';

/** Nodes along the long side of the plane in which the axis is looked for. */
const axisSide = 96;

/** Sections over which edges are evened out, as a share of all: a ragged outline would become rings around the body. */
const evenOver = 0.012;
/** Edges farther apart than this, in cells, are a step of the body. */
const step = 2;

/** One part of a cross-section: from the left edge to the right one, in cells beside the axis. */
interface Span {
  from: number;
  to: number;
}

/**
 * Heights of a body of revolution: across the axis each section of the outline becomes a circle with the section as its
 * diameter. The axis is that of the outline's symmetry, at any angle.
 */
export function revolve(grid: Grid): Float32Array {
  const { columns, field } = grid;
  const heights = new Float32Array(field.length);
  const axis = axisOf(grid);
  if (!axis) return heights;
  const sections = cutAcross(grid, axis);
  for (let at = 0; at < field.length; at++) {
    if (field[at]! <= 0.5) continue;
    const [x, y] = [(at % columns) - axis.x, Math.floor(at / columns) - axis.y];
    const along = x * axis.dx + y * axis.dy - sections.start;
    const aside = y * axis.dx - x * axis.dy;
    const lower = Math.floor(along);
    const before = squareAt(sections.spans[lower], aside);
    const after = squareAt(sections.spans[lower + 1], aside);
    const share = along - lower;
    // At a flat end the last section counts in full, so that the end is a disc and not a wedge.
    const square = before < 0 ? after : after < 0 ? before : before * (1 - share) + after * share;
    heights[at] = Math.sqrt(Math.max(square, 1e-4));
  }
  return heights;
}

function axisOf({ columns, rows, field }: Grid): Axis | undefined {
  const scale = Math.max(columns, rows) / axisSide;
  if (scale <= 1) return findAxis({ values: field, width: columns, height: rows });
  const [width, height] = [Math.ceil(columns / scale), Math.ceil(rows / scale)];
  const axis = findAxis({ values: resample(field, columns, rows, width, height), width, height });
  if (!axis) return undefined;
  const [stepX, stepY] = [columns / width, rows / height];
  return { ...axis, x: (axis.x + 0.5) * stepX - 0.5, y: (axis.y + 0.5) * stepY - 0.5 };
}

/** The sections of the outline at whole cells along the axis, from its first one. */
function cutAcross(grid: Grid, axis: Axis): { start: number; spans: Span[][] } {
  const { columns, rows, field } = grid;
  const reach = Math.ceil(Math.hypot(columns, rows));
  const spans: Span[][] = [];
  for (let along = -reach; along <= reach; along++) {
    const section: Span[] = [];
    let before = 0;
    let from = 0;
    for (let aside = -reach; aside <= reach; aside++) {
      const x = axis.x + along * axis.dx - aside * axis.dy;
      const y = axis.y + along * axis.dy + aside * axis.dx;
      const outside = x < 0 || y < 0 || x > columns - 1 || y > rows - 1;
      const here = outside ? 0 : bilinear(field, columns, rows, x, y);
      const enters = before <= 0.5 && here > 0.5;
      const leaves = before > 0.5 && here <= 0.5;
      if (enters || leaves) {
        const edge = aside - (here - 0.5) / (here - before);
        if (enters) from = edge;
        else section.push({ from, to: edge });
      }
      before = here;
    }
    spans.push(section);
  }
  return {
    start: -reach,
    spans: even(spans, Math.round(evenOver * spans.filter((section) => section.length > 0).length)),
  };
}

/** Each edge as the mean of those near it in the sections before and after, where they are in as many parts. */
function even(spans: readonly Span[][], reach: number): Span[][] {
  return spans.map((section, k) =>
    section.map((span, part) => {
      let [from, to, count] = [0, 0, 0];
      for (let other = k - reach; other <= k + reach; other++) {
        const near = spans[other]?.length === section.length ? spans[other]?.[part] : undefined;
        if (!near || Math.abs(near.from - span.from) > step || Math.abs(near.to - span.to) > step) continue;
        from += near.from;
        to += near.to;
        count++;
      }
      return { from: from / count, to: to / count };
    }),
  );
}

/** Square of a circle's height at this distance from the axis; negative where no section is near. */
function squareAt(section: Span[] | undefined, aside: number): number {
  let best = -1;
  for (const { from, to } of section ?? []) {
    if (aside < from - 1 || aside > to + 1) continue;
    best = Math.max(best, Math.max(aside - from, 0) * Math.max(to - aside, 0));
  }
  return best;
}
