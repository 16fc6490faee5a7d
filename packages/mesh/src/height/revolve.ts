import { bilinear, resample } from '../image/resample.ts';
import type { Grid } from '../meshing/grid.ts';
import { findAxis } from '../outline/axis.ts';
import type { Axis } from '../outline/axis.ts';

/** Nodes along the long side of the plane in which the axis is looked for. */
const axisSide = 96;

/**
 * Sections over which edges are evened out to either side, as a share of all and in pixels of the photo's file: a ragged
 * outline would become rings around the body.
 */
const evenOver = { share: 0.012, pixels: 3 };
/** Edges of neighbouring sections farther apart than this, in cells, are a step of the body. */
const step = 2;

/** One part of a cross-section: from the left edge to the right one, in cells beside the axis. */
interface Span {
  from: number;
  to: number;
}

/**
 * Heights of a body of revolution: across the axis each section of the outline becomes a circle with the section as its
 * diameter. The axis is that of the outline's symmetry, at any angle.
 * @param pixel Side of a pixel of the photo's file, in cells: large where a small photo was enlarged.
 */
export function revolve(grid: Grid, pixel: number): Float32Array {
  const { columns, field } = grid;
  const heights = new Float32Array(field.length);
  const axis = axisOf(grid);
  if (!axis) return heights;
  const sections = cutAcross(grid, axis, pixel);
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
function cutAcross(grid: Grid, axis: Axis, pixel: number): { start: number; spans: Span[][] } {
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
  const sections = spans.filter((section) => section.length > 0).length;
  return {
    start: -reach,
    spans: even(spans, Math.round(Math.max(evenOver.share * sections, evenOver.pixels * pixel))),
  };
}

/**
 * Each edge by a parabola through those of the sections before and after, up to the next step or end of the body: that
 * leaves bellies as round as they are.
 */
function even(spans: readonly Span[][], reach: number): Span[][] {
  return spans.map((section, k) =>
    section.map((span, part) => {
      const before = follow(spans, k, part, -1, reach);
      const after = follow(spans, k, part, 1, reach);
      const m = Math.min(before.length, after.length);
      if (m < 2) return span;
      let [from, to] = [0, 0];
      for (let d = -m; d <= m; d++) {
        const near = d < 0 ? before[-d - 1]! : d > 0 ? after[d - 1]! : span;
        // The value in the middle of the least-squares parabola, as Savitzky and Golay weigh it.
        const weight = (3 * (3 * m * m + 3 * m - 1 - 5 * d * d)) / ((2 * m - 1) * (2 * m + 1) * (2 * m + 3));
        from += weight * near.from;
        to += weight * near.to;
      }
      return { from, to };
    }),
  );
}

/** The same part of the sections that follow, at most `reach` of them, as long as they go on without a step. */
function follow(spans: readonly Span[][], start: number, part: number, way: 1 | -1, reach: number): Span[] {
  const found: Span[] = [];
  let last = spans[start]![part]!;
  for (let k = start + way; found.length < reach; k += way) {
    const next = spans[k]?.length === spans[start]!.length ? spans[k]![part]! : undefined;
    if (!next || Math.abs(next.from - last.from) > step || Math.abs(next.to - last.to) > step) break;
    found.push(next);
    last = next;
  }
  return found;
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
