import { generateModel } from '../../src/index.ts';
import { decodeImage } from '../../src/image/decode-image.ts';
import { readModel } from '../../test/read-model.ts';
import type { Composite } from './compose.ts';
import type { Cut, FindCuts } from './cut.ts';
import { overlap, toMask } from './overlap.ts';
import type { Planned } from './plan.ts';
import { fitSilhouette, maskOf } from './silhouette.ts';

/** What came of one composite. */
export interface CompositeRow {
  name: string;
  ground: Planned['ground'];
  cutout: string;
  shadow: boolean;
  cutByBorder: boolean;
  method: string;
  score?: number;
  /** Of the model's front view or, without a model, of the cut that is taken. */
  iou: number;
  /** Of the best of all cuts that were found: what one tap can give. */
  best: number;
  /** Ids of what is said about the cut. */
  warnings: string[];
  seconds: number;
}

/** What is said about thin parts and limits says nothing about the cut. */
const aboutTheMesh = /thin_parts|parts_dropped|holes_closed/;

/** Judges the cuts alone. */
export async function judgeCut(planned: Planned, composite: Composite, findCuts: FindCuts): Promise<CompositeRow> {
  const picture = await decodeImage(composite.jpeg);
  const started = performance.now();
  const cuts = findCuts(picture);
  const seconds = (performance.now() - started) / 1000;
  const truth = maskOf(composite);
  const overlaps = cuts.map(({ coverage }) => overlap(toMask(coverage), truth));
  const taken = cuts[0]!;
  return {
    ...describe(planned, composite),
    method: taken.method,
    ...(taken.score !== undefined && { score: taken.score }),
    iou: overlaps[0]!,
    best: Math.max(...overlaps),
    warnings: idsOf(taken.warnings),
    seconds,
  };
}

/** Judges the front view of the model that is made. */
export async function judgeModel(planned: Planned, composite: Composite, findCuts: FindCuts): Promise<CompositeRow> {
  const cut = await judgeCut(planned, composite, findCuts);
  const started = performance.now();
  const { glb, statistics } = await generateModel(composite.jpeg);
  const seconds = (performance.now() - started) / 1000;
  const { model } = await readModel(glb);
  const iou = fitSilhouette(model, maskOf(composite), composite.width, composite.height);
  return { ...cut, method: statistics.method, iou, warnings: idsOf(statistics.warnings), seconds };
}

function describe(planned: Planned, { shadow, cutByBorder }: Composite) {
  const { name, ground, cutout } = planned;
  return { name, ground, cutout: cutout.file, shadow, cutByBorder };
}

function idsOf(warnings: Cut['warnings']): string[] {
  return warnings.map(({ id, text }) => id ?? text).filter((id) => !aboutTheMesh.test(id));
}
