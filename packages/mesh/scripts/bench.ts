/**
 * Seconds per stage (median) and peak memory.
 * node packages/mesh/scripts/bench.ts [runs] [photo …]   (without photos: pictures made in code)
 */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import sharp from 'sharp';
import { generateModel, stages } from '../src/index.ts';
import type { Stage } from '../src/index.ts';
import { median } from '../src/segmentation/median.ts';
import { logo, mug, noise, shadedBall } from '../test/pictures.ts';

sharp.concurrency(1);
const [runsGiven = '5', ...paths] = process.argv.slice(2);
const runs = Number(runsGiven);
const inputs: [string, Uint8Array][] =
  paths.length > 0
    ? await Promise.all(
        paths.map(async (path): Promise<[string, Uint8Array]> => [basename(path), await readFile(path)]),
      )
    : [
        ['product, 1024 px', await mug(1024)],
        ['ball, 1024 px', await shadedBall(1024)],
        ['cut-out logo, 1024 px', await logo(1024)],
        ['natural, 1024 px', await noise(1024, 768)],
      ];

const measured = [...stages, 'all'] as const;
type Laps = Record<Stage | 'all', number[]>;
console.log(['picture', ...measured, 'CPU', 'peak MB'].join('\t'));
for (const [name, image] of inputs) {
  const laps = Object.fromEntries(measured.map((what): [string, number[]] => [what, []])) as Laps;
  const before = process.cpuUsage();
  for (let run = 0; run < runs; run++) await once(image, laps);
  const spent = process.cpuUsage(before);
  const cpu = spent.user + spent.system;
  const seconds = measured.map((what) => median(laps[what]).toFixed(3));
  console.log(
    [name, ...seconds, (cpu / runs / 1e6).toFixed(2), Math.round(process.resourceUsage().maxRSS / 1024)].join('\t'),
  );
}

async function once(image: Uint8Array, laps: Laps): Promise<void> {
  const started = performance.now();
  let last = started;
  let current: Stage = 'decode';
  await generateModel(
    image,
    {},
    {
      report({ stage }) {
        const now = performance.now();
        if (stage === current) return;
        laps[current].push((now - last) / 1000);
        last = now;
        current = stage;
      },
    },
  );
  laps.write.push((performance.now() - last) / 1000);
  laps.all.push((performance.now() - started) / 1000);
}
