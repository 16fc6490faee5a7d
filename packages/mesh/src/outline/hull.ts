/** A point of the plane. */
export type Point = readonly [number, number];

/** Andrew's monotone chain. Anticlockwise with y upwards. */
export function convexHull(points: readonly Point[]): { points: Point[]; area: number } {
  const sorted = points.toSorted((a, b) => a[0] - b[0] || a[1] - b[1]);
  const lower = chain(sorted);
  const upper = chain(sorted.toReversed());
  const hull = [...lower.slice(0, -1), ...upper.slice(0, -1)];
  let twice = 0;
  for (const [k, [x, y]] of hull.entries()) {
    const [nx, ny] = hull[(k + 1) % hull.length]!;
    twice += x * ny - nx * y;
  }
  return { points: hull, area: Math.abs(twice) / 2 };
}

/** Sides of the smallest rectangle around a convex polygon; one of its sides lies along one of the polygon's. */
export function smallestRectangle(hull: readonly Point[]): { long: number; short: number } {
  let best = { long: Infinity, short: Infinity };
  for (const [k, [x, y]] of hull.entries()) {
    const [nx, ny] = hull[(k + 1) % hull.length]!;
    const length = Math.hypot(nx - x, ny - y);
    if (length === 0) continue;
    const [dx, dy] = [(nx - x) / length, (ny - y) / length];
    const along = hull.map(([px, py]) => px * dx + py * dy);
    const aside = hull.map(([px, py]) => py * dx - px * dy);
    const sides = [Math.max(...along) - Math.min(...along), Math.max(...aside) - Math.min(...aside)] as const;
    const found = { long: Math.max(...sides), short: Math.min(...sides) };
    if (found.long * found.short < best.long * best.short) best = found;
  }
  return best;
}

function chain(sorted: readonly Point[]): Point[] {
  const kept: Point[] = [];
  for (const point of sorted) {
    while (kept.length > 1 && turn(kept.at(-2)!, kept.at(-1)!, point) <= 0) kept.pop();
    kept.push(point);
  }
  return kept;
}

function turn(a: Point, b: Point, c: Point): number {
  return (b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1]);
}
