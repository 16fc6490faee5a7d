import { emboss } from './height/emboss.ts';
import { inflate } from './height/inflate.ts';
import { smoothNormals } from './height/normals.ts';
import type { NormalAt } from './height/normals.ts';
import { raiseRelief } from './height/relief.ts';
import { ImageError } from './image-error.ts';
import type { Picture } from './image/decode-image.ts';
import { buildObject, buildRelief } from './meshing/build-solid.ts';
import { layGrid, lostShare } from './meshing/grid.ts';
import type { Grid } from './meshing/grid.ts';
import type { Solid } from './meshing/solid.ts';
import { meshMessage } from './messages.ts';
import type { Message } from './messages.ts';
import type { Foreground } from './segmentation/find-foreground.ts';
import { paintObject, paintSlab } from './texturing/atlas.ts';
import type { Atlas } from './texturing/atlas.ts';
import type { Depth, Stage } from './types.ts';

/** Share of the covered pixels that may be too thin for the grid without a warning. */
const maxLostShare = 0.002;

/** A solid in grid coordinates, and how to paint it. */
export interface Shape {
  grid: Grid;
  solid: Solid;
  warnings: Message[];
  /** Normals of the smooth surface, where it has any. */
  normalAt?: NormalAt;
  paint(): Atlas;
}

/** The options that the shape depends on, with defaults filled in. */
export interface ShapeOptions {
  depth: Depth;
  detail: number;
  faceLimit: number;
}

/** Reports that a stage begins, lets other work run, and throws if the caller has cancelled. */
export type EnterStage = (stage: Stage) => Promise<void>;

/** The inflated silhouette. @throws ImageError where too little is covered. */
export async function shapeObject(
  picture: Picture,
  { coverage }: Foreground,
  options: ShapeOptions,
  enter: EnterStage,
): Promise<Shape> {
  await enter('height');
  const grid = layGrid(coverage, picture.width, picture.height);
  if (!grid?.field.some((f) => f > 0.5)) {
    throw new ImageError('NO_FOREGROUND', meshMessage('mesh.object_too_thin'));
  }
  const warnings: Message[] = [];
  if (lostShare(coverage, picture.width, picture.height, grid) > maxLostShare) {
    warnings.push(meshMessage('mesh.thin_parts_lost'));
  }
  const built = await buildObject({
    grid,
    raise(kept) {
      const heights = inflate(kept, options.depth);
      emboss(heights, kept, picture, options.detail);
      return heights;
    },
    raised: () => enter('mesh'),
    faceLimit: options.faceLimit,
    smooth: options.detail === 0,
  });
  return {
    grid,
    solid: built.solid,
    warnings: [...warnings, ...built.warnings],
    normalAt: smoothNormals(built.grid, built.heights),
    paint: () => paintObject(picture, coverage, grid),
  };
}

/** The whole picture as a slab with a relief. */
export async function shapeRelief(
  picture: Picture,
  saliency: Float32Array,
  options: ShapeOptions,
  enter: EnterStage,
): Promise<Shape> {
  await enter('height');
  const relief = raiseRelief(picture, saliency, options.depth, options.detail);
  await enter('mesh');
  const solid = await buildRelief(relief, options.faceLimit);
  return { grid: relief.grid, solid, warnings: [], paint: () => paintSlab(picture) };
}
