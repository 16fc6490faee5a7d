/** Corners of a cell, clockwise from the upper left, by the number that says which of them are kept: the edges to join. */
const joins: readonly (readonly number[])[] = [
  [], [3, 0], [0, 1], [3, 1], [1, 2], [3, 2, 1, 0], [0, 2], [3, 2], [2, 3], [2, 0], [0, 3, 2, 1], [2, 1], [1, 3], [1, 0], [0, 3], [],
]; // prettier-ignore

/**
 * The line around what is kept, by marching squares: four numbers for each piece, from x, y to x, y in pixels of the
 * raster. It closes at the border.
 */
export function outlineOf(coverage: Float32Array, width: number, height: number): number[] {
  const lines: number[] = [];
  const at = (x: number, y: number): number =>
    x < 0 || y < 0 || x >= width || y >= height ? 0 : coverage[y * width + x]!;
  for (let y = -1; y < height; y++) {
    for (let x = -1; x < width; x++) {
      const corners = [at(x, y), at(x + 1, y), at(x + 1, y + 1), at(x, y + 1)] as const;
      const which = corners.reduce((sum, corner, n) => sum + (corner >= 0.5 ? 2 ** n : 0), 0);
      const edges = joins[which] ?? [];
      for (const edge of edges) lines.push(...crossing(edge, corners, x + 0.5, y + 0.5));
    }
  }
  return lines;
}

/** Where the line crosses an edge of a cell: 0 is its upper one, then clockwise. */
function crossing(
  edge: number,
  corners: readonly [number, number, number, number],
  x: number,
  y: number,
): [number, number] {
  const a = corners[edge]!;
  const b = corners[(edge + 1) % 4]!;
  const along = (0.5 - a) / (b - a);
  if (edge === 0) return [x + along, y];
  if (edge === 1) return [x + 1, y + along];
  if (edge === 2) return [x + 1 - along, y + 1];
  return [x, y + 1 - along];
}
