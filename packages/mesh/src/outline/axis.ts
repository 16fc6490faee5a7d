import { bilinear } from '../image/resample.ts';

/** A line through an outline, in the coordinates of its plane, and how well the outline mirrors across it. */
export interface Axis {
  /** A point on the line. */
  x: number;
  y: number;
  /** Its direction, of length 1; downwards, or to the right if level. */
  dx: number;
  dy: number;
  /** Intersection over union of the outline and its mirror image, 0 to 1. */
  symmetry: number;
}

/** Coverage from 0 to 1 in rows from the top. */
export interface Plane {
  values: Float32Array;
  width: number;
  height: number;
}

const coarseSteps = 36;
/** How much an axis may be less symmetric than the best and still be preferred for its direction. */
const tie = 0.02;

/**
 * The axis of symmetry. Of several that are about as good, as in a rectangle, the one along the object's length; for
 * one as wide as it is high, the upright one.
 */
export function findAxis(plane: Plane): Axis | undefined {
  const centre = momentsOf(plane);
  if (!centre) return undefined;
  const turns = Array.from({ length: coarseSteps }, (_, k) => {
    const angle = (k * Math.PI) / coarseSteps;
    return { angle, symmetry: symmetryAt(plane, axisAt(centre, angle, 0), 3) };
  });
  const peaks = turns.filter(({ symmetry }, k) => {
    const before = turns[(k + coarseSteps - 1) % coarseSteps]!;
    return symmetry >= before.symmetry && symmetry >= turns[(k + 1) % coarseSteps]!.symmetry;
  });
  const refined = peaks
    .toSorted((a, b) => b.symmetry - a.symmetry)
    .slice(0, 4)
    .map(({ angle }) => refine(plane, centre, angle));
  // A disc has no peaks to choose from; its upright axis is as good as any.
  refined.push(refine(plane, centre, Math.PI / 2));
  const best = Math.max(...refined.map(({ symmetry }) => symmetry));
  const worth = ({ dx, dy, symmetry }: Axis): number => {
    const lengthwise = centre.elongation * Math.abs(dx * centre.dx + dy * centre.dy);
    return (best - symmetry < tie ? 1 : 0) + 0.02 * lengthwise + 0.002 * Math.abs(dy) + 0.1 * symmetry;
  };
  return refined.toSorted((a, b) => worth(b) - worth(a))[0];
}

interface Moments {
  x: number;
  y: number;
  /** The direction of the greatest extent. */
  dx: number;
  dy: number;
  /** Greatest extent over the smallest, less 1. */
  elongation: number;
}

function momentsOf({ values, width, height }: Plane): Moments | undefined {
  let [mass, sx, sy] = [0, 0, 0];
  for (let at = 0; at < values.length; at++) {
    const v = values[at]!;
    mass += v;
    sx += v * (at % width);
    sy += v * Math.floor(at / width);
  }
  if (mass === 0 || height === 0) return undefined;
  const [x, y] = [sx / mass, sy / mass];
  let [xx, xy, yy] = [0, 0, 0];
  for (let at = 0; at < values.length; at++) {
    const [ox, oy] = [(at % width) - x, Math.floor(at / width) - y];
    xx += values[at]! * ox * ox;
    xy += values[at]! * ox * oy;
    yy += values[at]! * oy * oy;
  }
  const angle = Math.atan2(2 * xy, xx - yy) / 2;
  const spread = Math.hypot(xx - yy, 2 * xy);
  const ratio = (xx + yy + spread) / Math.max(xx + yy - spread, 1e-9);
  return { x, y, dx: Math.cos(angle), dy: Math.sin(angle), elongation: Math.min(Math.sqrt(ratio) - 1, 5) };
}

/** The line at this angle, moved sideways from the centre by `offset`. */
function axisAt({ x, y }: { x: number; y: number }, angle: number, offset: number): Omit<Axis, 'symmetry'> {
  const turned = ((angle % Math.PI) + Math.PI) % Math.PI;
  const [dx, dy] = [Math.cos(turned), Math.sin(turned)];
  return { x: x - offset * dy, y: y + offset * dx, dx, dy };
}

function refine(plane: Plane, centre: Moments, start: number): Axis {
  let [angle, offset] = [start, 0];
  let best = symmetryAt(plane, axisAt(centre, angle, offset), 2);
  let turn = Math.PI / coarseSteps / 2;
  let shift = 0.02 * Math.max(plane.width, plane.height);
  for (let round = 0; round < 6; round++) {
    for (const [da, dofs] of [
      [turn, 0],
      [-turn, 0],
      [0, shift],
      [0, -shift],
    ] as const) {
      const symmetry = symmetryAt(plane, axisAt(centre, angle + da, offset + dofs), 2);
      if (symmetry <= best) continue;
      best = symmetry;
      angle += da;
      offset += dofs;
    }
    turn /= 2;
    shift /= 2;
  }
  const axis = axisAt(centre, angle, offset);
  return { ...axis, symmetry: symmetryAt(plane, axis, 1) };
}

function symmetryAt({ values, width, height }: Plane, axis: Omit<Axis, 'symmetry'>, stride: number): number {
  let [both, either] = [0, 0];
  for (let y = 0; y < height; y += stride) {
    for (let x = 0; x < width; x += stride) {
      const here = values[y * width + x]!;
      const aside = (x - axis.x) * -axis.dy + (y - axis.y) * axis.dx;
      const mx = x + 2 * aside * axis.dy;
      const my = y - 2 * aside * axis.dx;
      const outside = mx < 0 || my < 0 || mx > width - 1 || my > height - 1;
      if (outside && here === 0) continue;
      const there = outside ? 0 : bilinear(values, width, height, mx, my);
      both += Math.min(here, there);
      either += Math.max(here, there);
    }
  }
  return either > 0 ? both / either : 0;
}
