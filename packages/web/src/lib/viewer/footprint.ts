/** A square on the ground, seen from above. Lengths in metres. */
export interface Ground {
  left: number;
  /** Where it is nearest to the viewer: the first row. */
  front: number;
  side: number;
  /** The height that it is at, and that of the model above it. */
  ground: number;
  height: number;
}

/** Cells along each side. */
const cellCount = 96;
/** What is higher than this share of the model casts no shadow. */
const reach = 0.45;
/** Cells, and how often; together about a Gaussian. */
const blurRadius = 4;
const blurPasses = 3;

/**
 * Where, and how closely, a model stands over the ground: 0 to 1 in each cell, row by row from the front, blurred.
 * `points` may be one object that changes.
 */
export function footprintOf(
  points: Iterable<{ x: number; y: number; z: number }>,
  { left, front, side, ground, height }: Ground,
): { cells: Float32Array; count: number } {
  let cells = new Float32Array(cellCount * cellCount);
  for (const { x, y, z } of points) {
    const near = height === 0 ? 1 : 1 - (y - ground) / (reach * height);
    const column = Math.floor(((x - left) / side) * cellCount);
    const row = Math.floor(((front - z) / side) * cellCount);
    if (near <= 0 || column < 0 || row < 0 || column >= cellCount || row >= cellCount) continue;
    const at = row * cellCount + column;
    cells[at] = Math.max(cells[at] ?? 0, Math.min(1, near));
  }
  for (let pass = 0; pass < blurPasses; pass += 1) cells = blurred(blurred(cells, 1, cellCount), cellCount, 1);
  const most = cells.reduce((a, b) => Math.max(a, b), 0);
  if (most > 0) for (let at = 0; at < cells.length; at += 1) cells[at] = (cells[at] ?? 0) / most;
  return { cells, count: cellCount };
}

/** A moving mean along one direction; what is outside counts as nothing. */
function blurred(cells: Float32Array<ArrayBuffer>, step: number, across: number): Float32Array<ArrayBuffer> {
  const result = new Float32Array(cells.length);
  for (let line = 0; line < cellCount; line += 1) {
    const start = line * across;
    let sum = 0;
    for (let at = -blurRadius; at < cellCount; at += 1) {
      const entering = at + blurRadius;
      const leaving = at - blurRadius - 1;
      if (entering < cellCount) sum += cells[start + entering * step] ?? 0;
      if (leaving >= 0) sum -= cells[start + leaving * step] ?? 0;
      if (at >= 0) result[start + at * step] = Math.max(0, sum) / (2 * blurRadius + 1);
    }
  }
  return result;
}
