import type { Grid } from './grid.ts';
import type { Sheet } from './sheet.ts';

/** Every node of the grid as a vertex. Each cell is split along its flatter diagonal, which follows ridges. */
export function fillRectangle({ columns, rows }: Grid, heights: Float32Array): Sheet {
  const vertices = new Float32Array(columns * rows * 3);
  for (let at = 0; at < columns * rows; at++) {
    vertices[3 * at] = at % columns;
    vertices[3 * at + 1] = -Math.floor(at / columns);
    vertices[3 * at + 2] = heights[at]!;
  }
  const triangles = new Uint32Array((columns - 1) * (rows - 1) * 6);
  let count = 0;
  for (let j = 0; j < rows - 1; j++) {
    for (let i = 0; i < columns - 1; i++) {
      const a = j * columns + i;
      const [b, c, d] = [a + columns, a + columns + 1, a + 1];
      const falling = Math.abs(heights[a]! - heights[c]!) < Math.abs(heights[b]! - heights[d]!);
      triangles.set(falling ? [a, b, c, a, c, d] : [a, b, d, b, c, d], count);
      count += 6;
    }
  }
  return { vertices, triangles };
}
