/**
 * Judges models without eyes, over a folder that fetch-photos.ts has filled.
 * node packages/mesh/scripts/evaluate.ts <folder> [--only plain|textured|blurred] [--limit 88] [--split test|train]
 *   [--cut-only] [--json out.json]
 * node packages/mesh/scripts/evaluate.ts <folder> --export <dir> [--split train] [--limit 1000] [--size 480] [--wild]
 * --cut-only looks at the cuts alone and makes no models, which is several times faster. --export writes composites and
 * their masks as files and judges nothing; --wild varies them more.
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { loadCuts } from './evaluate/cut.ts';
import { exportComposites } from './evaluate/export.ts';
import { groundKinds } from './evaluate/grounds.ts';
import { judgeCut, judgeModel } from './evaluate/judge-composite.ts';
import type { CompositeRow } from './evaluate/judge-composite.ts';
import { createMaker, planComposites } from './evaluate/plan.ts';
import { readSources } from './evaluate/sources.ts';
import { summariseComposites } from './evaluate/summary.ts';

sharp.concurrency(1);
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string' },
    limit: { type: 'string', default: '88' },
    split: { type: 'string', default: 'test' },
    'cut-only': { type: 'boolean', default: false },
    json: { type: 'string' },
    export: { type: 'string' },
    size: { type: 'string' },
    wild: { type: 'boolean', default: false },
  },
});
const folder = positionals[0];
if (!folder) throw new Error('Which folder? node packages/mesh/scripts/evaluate.ts <folder>');
const sources = await readSources(folder, values.split === 'train' ? 'train' : 'test');
const make = createMaker(folder, values.size ? Number(values.size) : undefined);
const grounds = groundKinds.filter((kind) => !values.only || kind === values.only);
const planned = grounds.flatMap((ground) => planComposites(sources, ground, Number(values.limit), values.wild));

if (values.export) {
  console.log(`${await exportComposites(values.export, planned, make)} composites in ${values.export}`);
} else {
  const findCuts = await loadCuts();
  const judge = values['cut-only'] ? judgeCut : judgeModel;
  const rows: CompositeRow[] = [];
  for (const one of planned) {
    const composite = await make(one);
    if (composite) rows.push(await judge(one, composite, findCuts));
  }
  console.log(summariseComposites(rows));
  if (values.json) await writeFile(values.json, JSON.stringify(rows, null, 1));
}
