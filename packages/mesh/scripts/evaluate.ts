/**
 * Judges models without eyes, over a folder that fetch-photos.ts has filled.
 * node packages/mesh/scripts/evaluate.ts <folder> [--only plain|textured|blurred] [--limit 88] [--split test|train]
 *   [--cut-only] [--json out.json]
 * --cut-only looks at the cuts alone and makes no models, which is several times faster.
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { loadCuts } from './evaluate/cut.ts';
import { groundKinds } from './evaluate/grounds.ts';
import { judgeCut, judgeModel } from './evaluate/judge-composite.ts';
import type { CompositeRow } from './evaluate/judge-composite.ts';
import { makeComposite, planComposites } from './evaluate/plan.ts';
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
  },
});
const folder = positionals[0];
if (!folder) throw new Error('Which folder? node packages/mesh/scripts/evaluate.ts <folder>');
const sources = await readSources(folder, values.split === 'train' ? 'train' : 'test');
const findCuts = await loadCuts();
const judge = values['cut-only'] ? judgeCut : judgeModel;
const rows: CompositeRow[] = [];
for (const ground of groundKinds.filter((kind) => !values.only || kind === values.only)) {
  for (const planned of planComposites(sources, ground, Number(values.limit))) {
    const composite = await makeComposite(folder, planned);
    if (composite) rows.push(await judge(planned, composite, findCuts));
  }
}
console.log(summariseComposites(rows));
if (values.json) await writeFile(values.json, JSON.stringify(rows, null, 1));
