import { boxOf, sidesOf } from '../../src/convert/box.ts';
import { measureSurface } from '../../src/convert/measure-surface.ts';
import { weldParts } from '../../src/convert/weld.ts';
import { generateModel } from '../../src/index.ts';
import type { Drawable, Texture } from '../../src/render/rasterise.ts';
import { countCrossings } from '../../test/crossings.ts';
import { readModel } from '../../test/read-model.ts';

/** What a model's geometry is like, measured from its GLB. */
export interface Measures {
  method: string;
  /** The shape that was taken, where the model says so. */
  shape?: string;
  warnings: string[];
  faces: number;
  parts: number;
  closed: boolean;
  /** Pairs of triangles that go through each other. */
  crossings: number;
  /** Depth against the shorter side of the front. */
  thickness: number;
  seconds: number;
}

/** What is said about thin parts and limits says nothing about the cut. */
const aboutTheMesh = /thin_parts|parts_dropped|holes_closed/;

/** Makes a model with the default options and measures it. */
export async function measureModel(
  image: Uint8Array,
): Promise<{ measures: Measures; model: Drawable; texture: Texture }> {
  const started = performance.now();
  const { glb, statistics } = await generateModel(image);
  const seconds = (performance.now() - started) / 1000;
  const { model, texture } = await readModel(glb);
  const { points, triangles } = weldParts([model]);
  const { parts, watertight } = measureSurface(points, triangles);
  const [width, height, depth] = sidesOf(boxOf(points));
  const { shape } = statistics;
  const measures = {
    method: statistics.method,
    ...(shape && { shape }),
    warnings: aboutTheCut(statistics.warnings),
    faces: triangles.length / 3,
    parts,
    closed: watertight,
    crossings: countCrossings(points, triangles),
    thickness: depth / Math.min(width, height),
    seconds,
  };
  return { measures, model, texture };
}

/** Ids of what is said about the cut. */
export function aboutTheCut(warnings: readonly { id?: string | undefined; text: string }[]): string[] {
  return warnings.map(({ id, text }) => id ?? text).filter((id) => !aboutTheMesh.test(id));
}
