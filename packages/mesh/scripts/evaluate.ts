/**
 * Judges models without eyes, over a folder that fetch-photos.ts has filled, and prints tables.
 * node packages/mesh/scripts/evaluate.ts <folder> [options]
 *   --only plain|textured|blurred|photos|kinds   one of the sets: composites with known masks on three grounds, photos,
 *                                                and pictures of things whose thickness is known; all by default
 *   --limit 93                                   of each set
 *   --split test|train                           figures are given on test, which nothing was tuned or trained on
 *   --cut-only                                   composites alone, and of them the cuts: no models, several times faster
 *   --jobs 1                                     processes
 *   --json out.json                              a row for each picture
 *   --sheets dir                                 contact sheets: photo, cut-out, model from the front, 30° and the side
 *   --export dir [--size 480] [--wild]           writes the composites and their masks and judges nothing; --size limits
 *                                                the long side, --wild varies them more, as is good for learning
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { exportComposites } from './evaluate/export.ts';
import { groundKinds } from './evaluate/grounds.ts';
import type { CompositeRow } from './evaluate/judge-composite.ts';
import type { PhotoRow } from './evaluate/judge-photo.ts';
import { createMaker, planComposites } from './evaluate/plan.ts';
import { runTasks } from './evaluate/run-tasks.ts';
import { writeSheets } from './evaluate/sheets.ts';
import { readSources } from './evaluate/sources.ts';
import { summariseComposites, summariseKinds, summariseModels, summarisePhotos } from './evaluate/summary.ts';
import type { Answer, Task } from './evaluate/worker.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string' },
    limit: { type: 'string', default: '93' },
    split: { type: 'string', default: 'test' },
    'cut-only': { type: 'boolean', default: false },
    jobs: { type: 'string', default: '1' },
    json: { type: 'string' },
    sheets: { type: 'string' },
    export: { type: 'string' },
    size: { type: 'string' },
    wild: { type: 'boolean', default: false },
  },
});
const folder = positionals[0];
if (!folder) throw new Error('Which folder? node packages/mesh/scripts/evaluate.ts <folder>');
const wanted = (set: string): boolean => values.only === undefined || values.only === set;
const limit = Number(values.limit);
const cutOnly = values['cut-only'];
const sources = await readSources(folder, values.split === 'train' ? 'train' : 'test');
const planned = groundKinds.filter(wanted).flatMap((ground) => planComposites(sources, ground, limit, values.wild));

if (values.export) {
  const make = createMaker(folder, values.size ? Number(values.size) : undefined);
  console.log(`${await exportComposites(values.export, planned, make)} composites in ${values.export}`);
} else {
  await judge(folder);
}

async function judge(from: string): Promise<void> {
  const tasks: Task[] = planned.map((one) => ({ set: 'composite', planned: one, cutOnly }));
  const shown = [...sources.photos, ...sources.cutouts].sort((a, b) => (a.sha256 < b.sha256 ? -1 : 1));
  if (!cutOnly && wanted('photos')) for (const source of shown.slice(0, limit)) tasks.push({ set: 'photos', source });
  if (!cutOnly && wanted('kinds'))
    for (const source of sources.kinds.slice(0, limit)) tasks.push({ set: 'kinds', source });
  const answers = await runTasks(from, tasks, Number(values.jobs), (some) => keep(some, tasks.length));
  const rows = rowsOf(answers);
  printTables(rows, Math.max(...answers.map(({ peakMegabytes }) => peakMegabytes)));
  for (const { error } of answers) if (error) console.error(error);
  if (values.sheets) await drawSheets(values.sheets, answers);
}

/** So that the rows are there even if the rest is not waited for. */
function keep(answers: readonly Answer[], all: number): void {
  process.stderr.write(`\r${answers.length} of ${all} ${answers.length === all ? '\n' : ''}`);
  if (values.json) writeFileSync(values.json, JSON.stringify(rowsOf(answers), null, 1));
}

function rowsOf(answers: readonly Answer[]): (CompositeRow | PhotoRow)[] {
  return answers.flatMap(({ row }) => row ?? []);
}

function printTables(rows: readonly (CompositeRow | PhotoRow)[], peakMegabytes: number): void {
  const composites = rows.filter((row): row is CompositeRow => 'iou' in row);
  const photos = rows.filter((row): row is PhotoRow => !('iou' in row));
  const models = rows.flatMap(({ model }) => model ?? []);
  const tables = [
    composites.length > 0 && summariseComposites(composites),
    photos.some(({ set }) => set === 'photos') && summarisePhotos(photos.filter(({ set }) => set === 'photos')),
    photos.some(({ set }) => set === 'kinds') && summariseKinds(photos.filter(({ set }) => set === 'kinds')),
    models.length > 0 && summariseModels(models, peakMegabytes),
  ];
  console.log(tables.filter((text) => text !== false).join('\n\n'));
}

async function drawSheets(into: string, answers: readonly Answer[]): Promise<void> {
  for (const set of new Set(answers.flatMap(({ row }) => row?.set ?? []))) {
    const tiles = answers.flatMap(({ row, tile }) => (row?.set === set && tile ? [tile] : []));
    await writeSheets(into, set, tiles);
  }
}
