import { generateModel } from '../../src/index.ts';
import type { Drawable, Texture } from '../../src/render/rasterise.ts';
import { readModel } from '../../test/read-model.ts';
import { countCrossings } from './crossings.ts';
import { countParts, isClosed, thickness, weld } from './solid.ts';

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
  const solid = weld(model);
  const { shape } = statistics;
  const measures = {
    method: statistics.method,
    ...(shape && { shape }),
    warnings: aboutTheCut(statistics.warnings),
    faces: solid.triangles.length / 3,
    parts: countParts(solid),
    closed: isClosed(solid),
    crossings: countCrossings(solid),
    thickness: thickness(solid),
    seconds,
  };
  return { measures, model, texture };
}

/** Ids of what is said about the cut. */
export function aboutTheCut(warnings: readonly { id?: string | undefined; text: string }[]): string[] {
  return warnings.map(({ id, text }) => id ?? text).filter((id) => !aboutTheMesh.test(id));
}
