/**
 * What a photo takes: seconds (medians), CPU seconds in brackets, and peak memory, each photo in a process of its own.
 * node packages/mesh/scripts/bench.ts [runs] [photo …]   (without photos: pictures made in code)
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { stages } from '../src/index.ts';
import { logo, mug, noise, shadedBall } from '../test/pictures.ts';
import type { PhotoFigures, Spent } from './bench/photo-figures.ts';

const [runs = '5', ...paths] = process.argv.slice(2);
const pictures: [string, Uint8Array][] =
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

const columns = ['first model', 'next model', ...stages, 'cut at 320 px', 'one stroke', 'peak MB'];
console.log(['picture', ...columns].join('\t'));
for (const [name, picture] of pictures) {
  const figures = await measure(picture);
  const { cold, warm, cut, stroke, peakMb } = figures;
  const laps = stages.map((stage) => (figures.stages[stage] ?? 0).toFixed(3));
  console.log(
    [name, both(cold), both(warm), ...laps, both(cut), both(stroke), Math.round(peakMb)].map(String).join('\t'),
  );
}

async function measure(picture: Uint8Array): Promise<PhotoFigures> {
  const script = fileURLToPath(new URL('bench/measure-photo.ts', import.meta.url));
  const child = spawn(process.execPath, [script, runs], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(picture);
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  if (code !== 0) throw new Error(`The process that measures ended with ${code}.`);
  return JSON.parse(output) as PhotoFigures;
}

function both({ seconds, cpu }: Spent): string {
  return `${seconds.toFixed(2)} (${cpu.toFixed(2)})`;
}
