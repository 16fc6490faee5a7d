import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { disc } from '../../test/pictures.ts';
import { planComposites } from './plan.ts';
import { runTasks } from './run-tasks.ts';
import { readSources } from './sources.ts';
import { splitOf } from './split.ts';

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'evaluate-'));
  const source = { package: 'made-here', licence: 'MIT', longSide: 500 };
  const sources = Array.from({ length: 12 }, (_, i) => ({
    ...source,
    file: `disc-${i}.png`,
    kind: 'cutout',
    sha256: String(i),
  }));
  for (const { file } of sources) await writeFile(join(folder, file), await disc(160, 70));
  await writeFile(join(folder, 'baseball.png'), await disc(160, 70));
  const ball = { ...source, file: 'baseball.png', kind: 'drawing', sha256: 'b' };
  await writeFile(join(folder, 'sources.json'), JSON.stringify([...sources, ball]));
});
afterAll(() => rm(folder, { recursive: true }));

test('the splits share nothing, and a file is always in the same one', async () => {
  const [test_, train] = [await readSources(folder, 'test'), await readSources(folder, 'train')];
  const files = [...test_.cutouts, ...train.cutouts].map(({ file }) => file);
  expect(new Set(files).size).toBe(12);
  expect(files).toHaveLength(12);
  expect(['owl.png', 'birds/owl.png', 'sea_lion.png'].map(splitOf)).toEqual(['train', 'train', 'test']);
});

test('a worker judges a composite and a thing whose thickness is known', async () => {
  const sources = await readSources(folder, 'test');
  const [planned] = planComposites(sources, 'plain', 1);
  const tasks = [
    { set: 'composite' as const, planned: planned!, cutOnly: true },
    { set: 'kinds' as const, source: sources.kinds[0]! },
  ];
  const [composite, known] = await runTasks(folder, tasks, 1);
  expect(composite).toMatchObject({ row: { set: 'plain', cutout: planned!.cutout.file } });
  expect((composite!.row as { iou: number }).iou).toBeGreaterThan(0.9);
  expect(known).toMatchObject({
    row: { name: 'baseball.png', expected: { kind: 'full' }, model: { parts: 1, closed: true, crossings: 0 } },
  });
  expect(known!.tile!.length).toBeGreaterThan(1000);
}, 180_000);
