/*
 * Signed distances (negative inside) to simple solids, after Inigo Quilez' collection of formulas. Plain numbers in and
 * out: these run some hundred million times for a picture, and objects would cost most of the time.
 */

export function sphere(x: number, y: number, z: number, radius: number): number {
  return Math.sqrt(x * x + y * y + z * z) - radius;
}

/** A bound rather than the true distance: the tracer takes short steps. */
export function ellipsoid(x: number, y: number, z: number, a: number, b: number, c: number): number {
  const near = Math.sqrt((x * x) / (a * a) + (y * y) / (b * b) + (z * z) / (c * c));
  const slope = Math.sqrt((x * x) / a ** 4 + (y * y) / b ** 4 + (z * z) / c ** 4);
  return slope < 1e-9 ? -Math.min(a, b, c) : (near * (near - 1)) / slope;
}

/** A ring in the xy plane. */
export function torus(x: number, y: number, z: number, major: number, minor: number): number {
  const d = Math.sqrt(x * x + y * y) - major;
  return Math.sqrt(d * d + z * z) - minor;
}

/** Around the y axis, from −halfHeight to halfHeight, edges rounded. */
export function cylinder(x: number, y: number, z: number, radius: number, halfHeight: number, round: number): number {
  const dr = Math.sqrt(x * x + z * z) - radius + round;
  const dy = Math.abs(y) - halfHeight + round;
  return Math.min(Math.max(dr, dy), 0) + Math.hypot(Math.max(dr, 0), Math.max(dy, 0)) - round;
}

/** A cone around the y axis, cut at −halfHeight (radius `low`) and halfHeight (radius `high`), edges rounded. */
export function bucket(x: number, y: number, z: number, low: number, high: number, halfHeight: number): number {
  const t = Math.min(1, Math.max(0, (y + halfHeight) / (2 * halfHeight)));
  const slope = (high - low) / (2 * halfHeight);
  const side = (Math.sqrt(x * x + z * z) - (low + (high - low) * t)) / Math.sqrt(1 + slope * slope);
  return Math.max(side, Math.abs(y) - halfHeight);
}

/** A rod from a to b whose radius goes from ra to rb. */
export function rod(
  x: number,
  y: number,
  z: number,
  a: readonly [number, number, number],
  b: readonly [number, number, number],
  ra: number,
  rb: number,
): number {
  const [ux, uy, uz] = [b[0] - a[0], b[1] - a[1], b[2] - a[2]];
  const [px, py, pz] = [x - a[0], y - a[1], z - a[2]];
  const t = Math.min(1, Math.max(0, (px * ux + py * uy + pz * uz) / (ux * ux + uy * uy + uz * uz)));
  const [qx, qy, qz] = [px - ux * t, py - uy * t, pz - uz * t];
  return Math.sqrt(qx * qx + qy * qy + qz * qz) - (ra + (rb - ra) * t);
}

/** Union whose seam is rounded over `k`. */
export function blend(a: number, b: number, k: number): number {
  const h = Math.max(k - Math.abs(a - b), 0) / k;
  return Math.min(a, b) - h * h * k * 0.25;
}

/** `a` without `b`, the edge rounded over `k`. */
export function carve(a: number, b: number, k: number): number {
  return -blend(-a, b, k);
}
