import { decodeImage } from '../../src/image/decode-image.ts';
import type { Composite } from './compose.ts';
import { findCuts } from './cut.ts';
import { aboutTheCut, measureModel } from './measure-model.ts';
import type { Measures } from './measure-model.ts';
import { overlap, toMask } from './overlap.ts';
import type { Planned } from './plan.ts';
import { fitSilhouette } from './silhouette.ts';
import { drawTile } from './tile.ts';

/** What came of one composite. */
export interface CompositeRow {
  set: Planned['ground'];
  name: string;
  cutout: string;
  shadow: boolean;
  cutByBorder: boolean;
  method: string;
  score: number;
  /** Intersection over union with the right outline: of the model's front view or, without a model, of its cut. */
  iou: number;
  /** Of the cut that is taken, where it lies, and of the best of all that were found: what one tap can give. */
  cut: number;
  best: number;
  /** Ids of what is said about the cut. */
  warnings: string[];
  seconds: number;
  model?: Measures;
}

/** From which share on a pixel of the mask is the object's, of 255. */
const half = 128;

/** Judges the cuts and, unless `cutOnly`, the front view of the model; then there is a picture of it too. */
export async function judgeComposite(
  planned: Planned,
  composite: Composite,
  cutOnly: boolean,
): Promise<{ row: CompositeRow; tile?: Uint8Array }> {
  const { width, height, jpeg, shadow, cutByBorder } = composite;
  const picture = await decodeImage(jpeg);
  const started = performance.now();
  const cuts = findCuts(picture);
  const seconds = (performance.now() - started) / 1000;
  const truth = toMask(composite.mask, half);
  const overlaps = cuts.map(({ coverage }) => overlap(toMask(coverage), truth));
  const taken = cuts[0]!;
  const row: CompositeRow = {
    set: planned.ground,
    name: planned.name,
    cutout: planned.cutout.file,
    shadow,
    cutByBorder,
    method: taken.method,
    score: taken.score,
    iou: overlaps[0]!,
    cut: overlaps[0]!,
    best: Math.max(...overlaps),
    warnings: aboutTheCut(taken.warnings),
    seconds,
  };
  if (cutOnly) return { row };
  const { measures, model, texture } = await measureModel(jpeg);
  const { method, warnings } = measures;
  const iou = fitSilhouette(model, truth, width, height);
  const judged = { ...row, method, iou, warnings, seconds: measures.seconds, model: measures };
  const label = `${row.name} ${method} ${iou.toFixed(2)}${warnings.length > 0 ? ' !' : ''}`;
  return { row: judged, tile: await drawTile(label, picture, taken.coverage, model, texture) };
}
