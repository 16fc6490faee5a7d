import { buildObject, buildRelief } from './meshing/build-solid.ts';
import type { Picture } from './image/decode-image.ts';
import type { Foreground } from './segmentation/find-foreground.ts';
import { emboss } from './height/emboss.ts';
import { inflate } from './height/inflate.ts';
import { smoothNormals } from './height/normals.ts';
import type { NormalAt } from './height/normals.ts';
import { raiseRelief } from './height/relief.ts';
import { ImageError } from './image-error.ts';
import { layGrid, lostShare } from './meshing/grid.ts';
import type { Grid } from './meshing/grid.ts';
import type { Solid } from './meshing/solid.ts';
import { paintObject, paintSlab } from './texturing/atlas.ts';
import type { Atlas } from './texturing/atlas.ts';
import type { Depth, Stage } from './types.ts';

/** A solid that still lies on its grid, and how to paint it. */
export interface Shape {
  grid: Grid;
  solid: Solid;
  warnings: string[];
  /** The smooth surface's own normals, where it has any. */
  normalAt?: NormalAt;
  paint(): Atlas;
}

/** How the shape is wanted. */
export interface ShapeOptions {
  depth: Depth;
  detail: number;
  faceLimit: number;
}

/** Says that a stage begins, lets other work run, and stops if the caller has given up. */
export type Enter = (stage: Stage) => Promise<void>;

/** The inflated silhouette. @throws ImageError where nothing is covered. */
export async function shapeObject(
  picture: Picture,
  { coverage }: Foreground,
  options: ShapeOptions,
  enter: Enter,
): Promise<Shape> {
  await enter('height');
  const grid = layGrid(coverage, picture.width, picture.height);
  if (!grid?.field.some((f) => f > 0.5)) {
    throw new ImageError(
      'NO_FOREGROUND',
      'Nothing solid was found in the image: what is there is thinner than a hair.',
    );
  }
  const warnings: string[] = [];
  if (lostShare(coverage, picture.width, picture.height, grid) > 0.002) {
    warnings.push('Parts thinner than two pixels were lost; a larger or closer picture keeps them.');
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

/** The whole picture as a board whose surface rises and falls with it. */
export async function shapeRelief(
  picture: Picture,
  saliency: Float32Array,
  options: ShapeOptions,
  enter: Enter,
): Promise<Shape> {
  await enter('height');
  const relief = raiseRelief(picture, saliency, options.depth, options.detail);
  await enter('mesh');
  const { solid, warnings } = await buildRelief(relief, options.faceLimit);
  return { grid: relief.grid, solid, warnings, paint: () => paintSlab(picture) };
}
