/**
 * Measures one photo, which comes on stdin, in a process of its own: the first model is a cold one, and the peak memory is
 * that of one photo. Prints JSON.
 * node packages/mesh/scripts/bench/measure-photo.ts <runs>
 */
import { buffer } from 'node:stream/consumers';
import sharp from 'sharp';
import { decodePreview } from '../../src/image/decode-image.ts';
import { generateModel } from '../../src/index.ts';
import { findCandidates } from '../../src/segmentation/find-candidates.ts';
import { median } from '../../src/segmentation/median.ts';
import { loadPrior } from '../../src/segmentation/prior/load-prior.ts';
import type { Stroke } from '../../src/segmentation/stroke-pixels.ts';
import { createStrokeCutter } from '../../src/segmentation/strokes.ts';
import type { Stage } from '../../src/types.ts';
import type { PhotoFigures, Spent } from './photo-figures.ts';

sharp.concurrency(1);
const runs = Number(process.argv[2]);
const photo = await buffer(process.stdin);

const stages = new Map<Stage, number[]>();
const cold = await spend(() => makeModel(() => undefined));
const peakMb = process.resourceUsage().maxRSS / 1024;
const warm = await repeat(runs, () =>
  makeModel((stage, seconds) => stages.set(stage, [...(stages.get(stage) ?? []), seconds])),
);
const { picture } = await decodePreview(photo);
const cut = await repeat(runs, () => void findCandidates(picture, loadPrior()));
const stroke = await repeat(runs, strokeOnce);
const figures: PhotoFigures = {
  cold,
  warm,
  stages: Object.fromEntries([...stages].map(([stage, seconds]) => [stage, median(seconds)])),
  cut,
  stroke,
  peakMb,
};
console.log(JSON.stringify(figures));

async function makeModel(lap: (stage: Stage, seconds: number) => void): Promise<void> {
  let last = performance.now();
  let current: Stage = 'decode';
  const enter = (stage: Stage): void => {
    const now = performance.now();
    lap(current, (now - last) / 1000);
    [last, current] = [now, stage];
  };
  await generateModel(photo, {}, { report: ({ stage }) => stage !== current && enter(stage) });
  enter('write');
}

/** A stroke across a quarter of the picture, over a cut that has just been opened. */
function strokeOnce(): void {
  const { width, height } = picture;
  const start = new Float32Array(width * height);
  for (let y = height >> 2; y < 0.75 * height; y++) start.fill(1, y * width + (width >> 2), y * width + 0.75 * width);
  const points = [
    [0.7 * width, 0.7 * height],
    [0.5 * width, 0.5 * height],
  ] as const;
  const drawn: Stroke = { kind: 'remove', radius: 8, points };
  createStrokeCutter(picture)(start, [drawn]);
}

async function spend(task: () => Promise<void> | void): Promise<Spent> {
  const [before, started] = [process.cpuUsage(), performance.now()];
  await task();
  const { user, system } = process.cpuUsage(before);
  return { seconds: (performance.now() - started) / 1000, cpu: (user + system) / 1e6 };
}

/** Medians. */
async function repeat(times: number, task: () => Promise<void> | void): Promise<Spent> {
  const spent: Spent[] = [];
  for (let run = 0; run < times; run++) spent.push(await spend(task));
  return { seconds: median(spent.map((one) => one.seconds)), cpu: median(spent.map((one) => one.cpu)) };
}
