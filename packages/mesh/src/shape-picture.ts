import type { ShapeOptions } from './check-options.ts';
import { smoothNormals } from './height/normals.ts';
import type { NormalAt } from './height/normals.ts';
import { namedKinds, raiseNamed, raiseShape } from './height/raise-shape.ts';
import { raiseRelief } from './height/relief.ts';
import { ImageError } from './image-error.ts';
import type { Picture } from './image/decode-image.ts';
import { buildObject, buildRelief } from './meshing/build-solid.ts';
import type { BuiltObject } from './meshing/build-solid.ts';
import { layGrid, lostShare } from './meshing/grid.ts';
import type { Grid } from './meshing/grid.ts';
import type { Solid } from './meshing/solid.ts';
import { meshMessage } from './messages.ts';
import type { Message } from './messages.ts';
import { scoreShapes } from './outline/score-shapes.ts';
import type { Foreground } from './segmentation/find-foreground.ts';
import { paintObject, paintSlab } from './texturing/atlas.ts';
import type { Atlas } from './texturing/atlas.ts';
import type { ShapeKind, Stage } from './types.ts';

/** Share of the covered pixels that may be too thin for the grid without a warning. */
const maxLostShare = 0.002;

/** A solid in grid coordinates, and how to paint it. */
export interface Shape {
  grid: Grid;
  solid: Solid;
  warnings: Message[];
  /** Normals of the smooth surface, where it has any. */
  normalAt?: NormalAt;
  /** What the outline became; absent for a relief. */
  kind?: ShapeKind;
  /** What it lies on when it is printed: its level back, or what is the lower end in the picture. */
  rests: 'bottom' | 'back';
  paint(): Atlas;
}

/** Reports that a stage begins, lets other work run, and throws if the caller has cancelled. */
export type EnterStage = (stage: Stage) => Promise<void>;

/** The outline as a body. @throws ImageError where too little is covered. */
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
  const { depth, detail } = options;
  // Alone, a name for the thickness stands for the body that it has always made.
  const name = options.shape === 'auto' && typeof depth === 'string' ? depth : undefined;
  const kind =
    options.shape === 'auto' ? (name ? namedKinds[name] : scoreShapes(grid, picture)[0]!.shape) : options.shape;
  const built = await buildObject({
    grid,
    raise: (kept) =>
      name ? raiseNamed(kept, picture, name, detail) : raiseShape(kept, picture, { kind, depth, detail }),
    raised: () => enter('mesh'),
    faceLimit: options.faceLimit,
    smooth: detail === 0 && kind !== 'plaque',
  });
  return {
    grid,
    solid: built.solid,
    warnings: [...warnings, ...built.warnings],
    normalAt: normalsOf(built),
    kind,
    // By its old name, both sides of it bulge.
    rests: kind === 'plaque' && !name ? 'back' : 'bottom',
    paint: () => paintObject(picture, coverage, grid),
  };
}

/** Normals of both sides of an object. */
function normalsOf({ grid, heights }: BuiltObject): NormalAt {
  const front = smoothNormals(grid, heights.front);
  if (heights.back === heights.front) return front;
  const back = smoothNormals(grid, heights.back);
  return (x, y, z) => (z < 0 ? back(x, y, z) : front(x, y, z));
}

/** The whole picture as a slab with a relief. */
export async function shapeRelief(
  picture: Picture,
  saliency: Float32Array,
  options: ShapeOptions,
  enter: EnterStage,
): Promise<Shape> {
  await enter('height');
  const relief = raiseRelief(picture, saliency, options.depth ?? 'full', options.detail);
  await enter('mesh');
  const solid = await buildRelief(relief, options.faceLimit);
  return { grid: relief.grid, solid, warnings: [], rests: 'back', paint: () => paintSlab(picture) };
}
