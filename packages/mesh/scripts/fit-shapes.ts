/**
 * Fits the weights of src/outline/weights.ts, by which an outline becomes round, soft, flat, a plaque or turned, and prints
 * how well that goes in fivefold cross-validation. Run it again after a change of the cues or of the cut.
 * node packages/mesh/scripts/fit-shapes.ts <photos> [--check-only]
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { shapeKinds } from '../src/types.ts';
import { shapeWeights } from '../src/outline/weights.ts';
import { drawBody } from './fit-shapes/draw-bodies.ts';
import { costsOf, seriesOf, thingIn } from './fit-shapes/kinds.ts';
import type { ThingKind } from './fit-shapes/kinds.ts';
import { measurePicture, measureThing } from './fit-shapes/measure-thing.ts';
import type { Thing } from './fit-shapes/measure-thing.ts';
import { report } from './fit-shapes/report.ts';
import { trainSoftmax } from './fit-shapes/train-softmax.ts';
import type { Cues } from '../src/outline/cues.ts';
import { rankShapes } from '../src/outline/score-shapes.ts';
import { createRandom } from './evaluate/random.ts';
import type { Source } from './evaluate/sources.ts';

sharp.concurrency(1);
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { 'check-only': { type: 'boolean', default: false } },
});
const folder = positionals[0];
if (!folder) throw new Error('Which folder? node packages/mesh/scripts/fit-shapes.ts <photos>');

const folds = 5;
const drawn = { turned: 120, ball: 80, plate: 50, slab: 30 } as const;
/** What an error with a kind counts: turned things are few among the cut-outs and common in photos. */
const favour: Partial<Record<ThingKind, number>> = { turned: 3, ball: 1.5 };
type Weights = Record<keyof Cues, readonly number[]>;

const things = await readThings();
const made = drawThings();
console.log(`${things.length} views of real things, ${made.length} drawn bodies`);
console.log(`As it is\n${report(things.map((thing) => ({ thing, ranks: rank(thing, shapeWeights) })))}`);
if (!values['check-only']) {
  const judged = Array.from({ length: folds }, (_, fold) => fold).flatMap((fold) => {
    const weights = fit([...things.filter((thing) => foldOf(thing) !== fold), ...made]);
    return things.filter((thing) => foldOf(thing) === fold).map((thing) => ({ thing, ranks: rank(thing, weights) }));
  });
  console.log(`Fitted again, cross-validated\n${report(judged)}`);
  await write(fit([...things, ...made]));
}

/** Each cut-out by its alpha, and every eighth cut out by the program from a plain ground, too. */
async function readThings(): Promise<Thing[]> {
  const sources = JSON.parse(await readFile(join(folder!, 'sources.json'), 'utf8')) as Source[];
  const found: Thing[] = [];
  let number = 0;
  for (const { file, kind: pictureKind } of sources) {
    const kind = pictureKind === 'photo' ? undefined : thingIn(file);
    if (!kind) continue;
    const views = await measurePicture(await readFile(join(folder!, file)), number++);
    found.push(...views.map((view) => ({ ...view, file, kind, weight: 1 / views.length })));
  }
  return found;
}

function drawThings(): Thing[] {
  return Object.entries(drawn).flatMap(([kind, count]) =>
    Array.from({ length: count }, (_, n) => {
      const body = drawBody(kind as keyof typeof drawn, n);
      const view = measureThing(body.picture, body.coverage);
      return { ...view!, file: `${kind} ${n}`, kind: body.kind, weight: 1 };
    }),
  );
}

function foldOf({ file }: Thing): number {
  return Math.floor(createRandom(seriesOf(file)).between(0, folds));
}

/** The many animals count no more than all balls. */
function fit(all: readonly Thing[]): Weights {
  const counts = new Map<string, number>();
  for (const { kind, weight } of all) counts.set(kind, (counts.get(kind) ?? 0) + weight);
  const examples = all.map(({ cues, kind, weight }) => ({
    inputs: Object.values(cues),
    costs: costsOf(kind),
    weight: ((favour[kind] ?? 1) * weight) / Math.sqrt(counts.get(kind)!),
  }));
  const rows = trainSoftmax(examples, { steps: 300, rate: 0.05, decay: 5e-3 });
  const cues = Object.keys(all[0]!.cues);
  return Object.fromEntries(cues.map((cue, k) => [cue, rows[k]!])) as unknown as Weights;
}

function rank({ cues, turned, disc }: Thing, weights: Weights) {
  return rankShapes(cues, turned, disc, weights).map(({ shape }) => shape);
}

async function write(weights: Weights): Promise<void> {
  const rows = Object.entries(weights).map(
    ([cue, row]) => `  ${cue}: [${row.map((w) => Number(w.toFixed(2))).join(', ')}],\n`,
  );
  await writeFile(
    new URL('../src/outline/weights.ts', import.meta.url),
    `/*
 * Made by scripts/fit-shapes.ts from free cut-outs and drawn bodies; not to be changed by hand.
 */

/** What each cue says for each of \`shapeKinds\`: ${shapeKinds.join(', ')}. */
export const shapeWeights = {
${rows.join('')}} as const;
`,
  );
}
