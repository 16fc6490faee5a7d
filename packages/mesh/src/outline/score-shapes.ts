import type { Picture } from '../image/decode-image.ts';
import type { Grid } from '../meshing/grid.ts';
import type { ShapeKind } from '../types.ts';

export function likeliestShape(_picture: Picture, _grid: Grid): ShapeKind {
  return 'round';
}
