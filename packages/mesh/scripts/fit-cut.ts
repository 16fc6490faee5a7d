/**
 * Fits the three small networks of src/segmentation/weights.ts: the first guess from all cues, the second one after the
 * first cuts, and the judge of cuts. Each is fitted to those before it. Run it again after a change of the cues, the cuts,
 * the measures or the learned prior, once for each of the three, in this order.
 * node packages/mesh/scripts/evaluate.ts <photos> --export <folder> --split train --size 480
 * node packages/mesh/scripts/fit-cut.ts <folder> --only guess|refine|judge
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { toLab } from '../src/image/lab.ts';
import { resample, shrinkRgb } from '../src/image/resample.ts';
import { cueCount, findCues } from '../src/segmentation/cues.ts';
import { intersectionOverUnion } from '../src/segmentation/measure-cut.ts';
import { loadPrior } from '../src/segmentation/prior/load-prior.ts';
import { findFirstCuts } from '../src/segmentation/first-cuts.ts';
import { proposeCuts } from '../src/segmentation/propose-cuts.ts';
import { refineCount, refineInputs } from '../src/segmentation/refine-guess.ts';
import type { SmallNetwork } from '../src/segmentation/small-network.ts';
import * as weights from '../src/segmentation/weights.ts';
import { createNumbers } from './evaluate/random.ts';
import { drawEmpty, readComposites } from './fit-cut/pictures.ts';
import type { Known } from './fit-cut/pictures.ts';
import { trainNetwork } from './fit-cut/train-network.ts';
import type { Example } from './fit-cut/train-network.ts';

sharp.concurrency(1);
const { values, positionals } = parseArgs({ allowPositionals: true, options: { only: { type: 'string' } } });
const folder = positionals[0];
if (!folder) throw new Error('Which folder? node packages/mesh/scripts/fit-cut.ts <folder> --only guess|refine|judge');
/** Pixels taken of each picture. */
const pixelsEach = { guess: 400, refine: 200 };
const searchSide = 160;
const prior = loadPrior();

const fits = { guess: fitGuess, refine: fitRefine, judge: fitJudge };
const { guessNetwork, refineNetwork, judgeNetwork } = weights;
const networks = { guess: guessNetwork, refine: refineNetwork, judge: judgeNetwork };
const which = (['guess', 'refine', 'judge'] as const).find((name) => name === values.only);
if (!which) throw new Error('Which network? --only guess, refine or judge');
await write({ ...networks, [which]: await fits[which]() });

/** From single pixels; the learned prior is left out every now and then, because it may be missing. */
async function fitGuess(): Promise<SmallNetwork> {
  const random = createNumbers(2);
  const examples: Example[] = [];
  for await (const known of readComposites(folder!)) {
    const { picture, mask, width, height } = shrink(known);
    const { perPixel } = findCues(toLab(picture), width, height, prior.run({ width, height, rgb: picture }));
    for (let n = 0; n < pixelsEach.guess; n++) {
      const i = Math.floor(random() * mask.length);
      examples.push({ inputs: perPixel.slice(cueCount * i, cueCount * (i + 1)), answer: mask[i]! });
    }
  }
  return trainNetwork(examples, { units: 12, epochs: 8, batch: 64, rate: 0.01, decay: 0, vary });
}

/** From single pixels, too; only with the learned prior, since there is no second guess without it. */
async function fitRefine(): Promise<SmallNetwork> {
  const random = createNumbers(2);
  const examples: Example[] = [];
  for await (const { picture, mask } of readComposites(folder!)) {
    const { first, width, height } = findFirstCuts(picture, prior);
    const inputs = refineInputs(first!);
    const right = resample(mask, picture.width, picture.height, width, height);
    for (let n = 0; n < pixelsEach.refine; n++) {
      const i = Math.floor(random() * right.length);
      examples.push({ inputs: inputs.slice(refineCount * i, refineCount * (i + 1)), answer: right[i]! });
    }
  }
  return trainNetwork(examples, { units: 14, epochs: 8, batch: 64, rate: 0.01, decay: 0 });
}

/** Leaves the learned prior out. */
function vary(inputs: ArrayLike<number>, chance: () => number): ArrayLike<number> {
  return chance() < 0.4 ? Array.from(inputs, (value, k) => (k === cueCount - 1 ? 0 : value)) : inputs;
}

/** From whole cuts, with and without the learned prior; what is learned is the intersection over union. */
async function fitJudge(): Promise<SmallNetwork> {
  const examples: Example[] = [];
  let count = 0;
  const learn = (known: Known): void => {
    // Every fourth without the prior, too: it may be missing.
    for (const one of count++ % 4 === 0 ? [prior, undefined] : [prior]) {
      for (const cut of proposeCuts(known.picture, one).cuts) {
        const { width, height } = known.picture;
        const coverage = resample(cut.coverage, cut.width, cut.height, width, height);
        examples.push({ inputs: cut.measures, answer: intersectionOverUnion(coverage, known.mask) });
      }
    }
  };
  for await (const known of readComposites(folder!)) learn(known);
  for await (const known of drawEmpty()) learn(known);
  return trainNetwork(examples, { units: 8, epochs: 120, batch: 32, rate: 0.01, decay: 3e-4 });
}

function shrink({ picture, mask }: Known): { picture: Uint8Array; mask: Float32Array; width: number; height: number } {
  const scale = searchSide / Math.max(picture.width, picture.height);
  const [width, height] = [Math.round(picture.width * scale), Math.round(picture.height * scale)];
  return {
    picture: shrinkRgb(picture.rgb, picture.width, picture.height, width, height),
    mask: resample(mask, picture.width, picture.height, width, height),
    width,
    height,
  };
}

async function write({ guess, refine, judge }: Record<keyof typeof fits, SmallNetwork>): Promise<void> {
  await writeFile(
    new URL('../src/segmentation/weights.ts', import.meta.url),
    `// oxlint-disable oxc/approx-constant -- a weight may be near √½ by chance
import type { SmallNetwork } from './small-network.ts';

/*
 * Made by scripts/fit-cut.ts from composites of the \`train\` split of scripts/evaluate.ts; not to be changed by hand.
 */

/** Guesses the object from the cues of a pixel. */
export const guessNetwork: SmallNetwork = ${text(guess)};

/** Guesses it again, with what the first cuts show. */
export const refineNetwork: SmallNetwork = ${text(refine)};

/** Expects the intersection over union of a cut with the right one, from its measures. */
export const judgeNetwork: SmallNetwork = ${text(judge)};
`,
  );
}

function text(network: SmallNetwork): string {
  return `{\n  hidden: [\n${network.hidden.map((row) => `    [${row.join(', ')}],\n`).join('')}  ],\n  output: [${network.output.join(', ')}],\n}`;
}
