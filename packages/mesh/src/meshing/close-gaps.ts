import { boxBlur } from '../image/blur.ts';
import type { Grid } from './grid.ts';

/** Share of its surroundings that has to be covered for a gap to be closed. */
const minShare = 0.25;

/** The grid with its outline filled up wherever it is winding or ragged within this many cells. */
export function closeGaps(grid: Grid, reach: number): Grid {
  const { columns, rows } = grid;
  const around = boxBlur(boxBlur(grid.field, columns, rows, reach), columns, rows, reach);
  const field = grid.field.map((share, at) => Math.max(share, Math.min((0.5 * around[at]!) / minShare, 1)));
  for (let i = 0; i < columns; i++) field[i] = field[(rows - 1) * columns + i] = 0;
  for (let j = 0; j < rows; j++) field[j * columns] = field[j * columns + columns - 1] = 0;
  return { ...grid, field };
}
