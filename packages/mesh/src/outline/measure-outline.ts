import { findComponents } from '../image/connected-components.ts';
import { distanceInside } from '../image/distance.ts';
import { resample } from '../image/resample.ts';
import type { Grid } from '../meshing/grid.ts';
import { findAxis } from './axis.ts';
import type { Axis, Plane } from './axis.ts';
import { convexHull, smallestRectangle } from './hull.ts';
import type { Point } from './hull.ts';

/** Nodes along the long side of the plane in which an outline is measured. */
const side = 112;

/** What the outline of an object says about its body. Shares are from 0 to 1. */
export interface OutlineMeasures {
  /** Share of the covered area in its largest part. */
  whole: number;
  /** Share of holes in the largest part, filled. */
  holes: number;
  /** The largest part, filled, as a share of its convex hull, and of the smallest rectangle around that. */
  convexity: number;
  rectangularity: number;
  /** Long side of that rectangle over the short one. */
  elongation: number;
  /** Intersection over union with the ellipse of the same moments. */
  ellipse: number;
  /** Share of the outline that runs in a few directions only: near 1 for polygons, 0 for a disc. */
  straightness: number;
  /** Of the mirror image across the axis. */
  symmetry: number;
  /** Extent along the axis over that across it. */
  slenderness: number;
  /** Share of the sections across the axis that are in one piece. */
  unbroken: number;
  /** Half the width of the widest place against the root of the area, and the mean distance from the outline against it. */
  thickest: number;
  even: number;
}

/** An object's outline on a small plane: its largest part without holes, and what was measured of it. */
export interface MeasuredOutline extends OutlineMeasures {
  plane: Plane;
  axis: Axis;
}

/** Measures the largest part of an outline; undefined where nothing is covered. */
export function measureOutline(grid: Grid): MeasuredOutline | undefined {
  const scale = Math.max(grid.columns, grid.rows) / side;
  const [width, height] = [Math.ceil(grid.columns / scale), Math.ceil(grid.rows / scale)];
  const small = resample(grid.field, grid.columns, grid.rows, width, height);
  const inside = Uint8Array.from(small, (share) => (share > 0.5 ? 1 : 0));
  const parts = findComponents(inside, width, height, 1, 8);
  const largest = parts.areas.indexOf(Math.max(...parts.areas));
  if (largest < 0) return undefined;
  const { filled, holes } = fillHoles(parts.labels, largest, small, width, height);
  const area = filled.reduce((sum, share) => sum + share, 0);
  const plane = { values: filled, width, height };
  const axis = findAxis(plane);
  if (!axis) return undefined;
  const hull = convexHull(outlinePoints(plane));
  const rectangle = smallestRectangle(hull.points);
  return {
    plane,
    axis,
    whole: parts.areas[largest]! / parts.areas.reduce((sum, each) => sum + each, 0),
    holes: holes / area,
    convexity: Math.min(area / hull.area, 1),
    rectangularity: Math.min(area / Math.max(rectangle.long * rectangle.short, 1), 1),
    elongation: rectangle.long / Math.max(rectangle.short, 1),
    ellipse: ellipseOverlap(plane, area),
    straightness: straightnessOf(plane),
    symmetry: axis.symmetry,
    ...sectionsOf(plane, axis),
    ...thicknessOf(plane, area),
  };
}

function fillHoles(labels: Int32Array, largest: number, small: Float32Array, width: number, height: number) {
  const part = Uint8Array.from(labels, (label) => (label === largest ? 1 : 0));
  const gaps = findComponents(part, width, height, 0, 4);
  let holes = 0;
  const filled = Float32Array.from(small, (share, at) => {
    if (part[at]) return Math.min(share, 1);
    const gap = gaps.labels[at]!;
    if (!gaps.touchesBorder[gap]) {
      holes++;
      return 1;
    }
    return labels[at] === -1 ? Math.min(share, 0.5) : 0;
  });
  return { filled, holes };
}

/** The corners of the pixels at the left and right end of each row. */
function outlinePoints({ values, width, height }: Plane): Point[] {
  const points: Point[] = [];
  for (let y = 0; y < height; y++) {
    const row = values.subarray(y * width, (y + 1) * width);
    const first = row.findIndex((share) => share > 0.5);
    if (first < 0) continue;
    const last = row.findLastIndex((share) => share > 0.5);
    for (const dy of [-0.5, 0.5]) points.push([first - 0.5, y + dy], [last + 0.5, y + dy]);
  }
  return points;
}

function ellipseOverlap({ values, width }: Plane, area: number): number {
  let [sx, sy] = [0, 0];
  for (let at = 0; at < values.length; at++) {
    sx += values[at]! * (at % width);
    sy += values[at]! * Math.floor(at / width);
  }
  const [cx, cy] = [sx / area, sy / area];
  let [xx, xy, yy] = [0, 0, 0];
  for (let at = 0; at < values.length; at++) {
    const [x, y] = [(at % width) - cx, Math.floor(at / width) - cy];
    xx += (values[at]! * x * x) / area;
    xy += (values[at]! * x * y) / area;
    yy += (values[at]! * y * y) / area;
  }
  const determinant = Math.max(xx * yy - xy * xy, 1e-6);
  let [both, either] = [0, 0];
  for (let at = 0; at < values.length; at++) {
    const [x, y] = [(at % width) - cx, Math.floor(at / width) - cy];
    // For a filled ellipse the squared Mahalanobis distance at its edge is 4.
    const inside = (yy * x * x - 2 * xy * x * y + xx * y * y) / determinant <= 4 ? 1 : 0;
    both += Math.min(inside, values[at]!);
    either += Math.max(inside, values[at]!);
  }
  return both / either;
}

const directions = 48;

/** How much of the outline, weighed by its slope, faces directions that a disc's would only a third as often. */
function straightnessOf({ values, width, height }: Plane): number {
  const facing = new Float32Array(directions);
  let total = 0;
  const at = (x: number, y: number): number =>
    values[Math.min(Math.max(y, 0), height - 1) * width + Math.min(Math.max(x, 0), width - 1)]!;
  const slope = (x: number, y: number, dx: number, dy: number): number => {
    // A Sobel filter two pixels wide: staircases of single pixels even out.
    let sum = 0;
    for (let k = -2; k <= 2; k++) {
      const weight = 3 - Math.abs(k);
      for (const far of [1, 2]) {
        sum +=
          weight *
          (at(x + far * dx + k * dy, y + far * dy + k * dx) - at(x - far * dx + k * dy, y - far * dy + k * dx));
      }
    }
    return sum;
  };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [gx, gy] = [slope(x, y, 1, 0), slope(x, y, 0, 1)];
      const weight = Math.hypot(gx, gy);
      if (weight < 6) continue;
      const turn = ((Math.atan2(gy, gx) / (2 * Math.PI) + 1) * directions) % directions;
      const low = Math.floor(turn);
      facing[low % directions]! += weight * (1 - turn + low);
      facing[(low + 1) % directions]! += weight * (turn - low);
      total += weight;
    }
  }
  if (total === 0) return 0;
  let peaks = 0;
  for (const weight of facing) peaks += Math.max(weight / total - 3 / directions, 0);
  return peaks;
}

function thicknessOf({ values, width, height }: Plane, area: number): { thickest: number; even: number } {
  const distance = distanceInside(values, width, height);
  const most = distance.reduce((greatest, d) => Math.max(greatest, d), 1);
  const mean = distance.reduce((sum, d) => sum + d, 0) / Math.max(area, 1);
  return { thickest: most / Math.sqrt(area), even: mean / most };
}

function sectionsOf({ values, width, height }: Plane, axis: Axis): { slenderness: number; unbroken: number } {
  let [first, last, left, right] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let at = 0; at < values.length; at++) {
    if (values[at]! <= 0.5) continue;
    const [x, y] = [(at % width) - axis.x, Math.floor(at / width) - axis.y];
    const along = x * axis.dx + y * axis.dy;
    const aside = y * axis.dx - x * axis.dy;
    first = Math.min(first, along);
    last = Math.max(last, along);
    left = Math.min(left, aside);
    right = Math.max(right, aside);
  }
  let [sections, unbroken] = [0, 0];
  for (let along = Math.ceil(first); along <= last; along++) {
    let pieces = 0;
    let before = false;
    for (let aside = Math.floor(left); aside <= right + 1; aside++) {
      const x = Math.round(axis.x + along * axis.dx - aside * axis.dy);
      const y = Math.round(axis.y + along * axis.dy + aside * axis.dx);
      const here = x >= 0 && y >= 0 && x < width && y < height && values[y * width + x]! > 0.5;
      if (here && !before) pieces++;
      before = here;
    }
    sections++;
    if (pieces === 1) unbroken++;
  }
  return { slenderness: (last - first + 1) / (right - left + 1), unbroken: unbroken / Math.max(sections, 1) };
}
