/* Renders the samples that are ours: `node scripts/samples/make.ts [name…] [--scale 0.25] [--out folder]`. */
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import sharp from 'sharp';
import { scaled, scenes } from './scenes/index.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    scale: { type: 'string', default: '1' },
    out: { type: 'string', default: join(import.meta.dirname, '../../packages/web/static/samples') },
    threads: { type: 'string', default: '2' },
  },
});
await mkdir(values.out, { recursive: true });
for (const name of Object.keys(scenes) as (keyof typeof scenes)[]) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  const started = performance.now();
  const file = await make(name, Number(values.scale), Number(values.threads));
  const { size } = await stat(file);
  console.log(`${file}: ${Math.round(size / 1000)} kB, ${Math.round((performance.now() - started) / 1000)} s`);
}

async function make(name: keyof typeof scenes, scale: number, threads: number): Promise<string> {
  const { width, height, ground } = scaled(scenes[name], scale);
  const pixels = new Uint8Array(width * height * 4);
  const bands = Array.from({ length: threads }, (_, first) =>
    render({ name, scale, first, step: threads }, pixels, width),
  );
  await Promise.all(bands);
  const image = sharp(pixels, { raw: { width, height, channels: 4 } });
  if (ground.kind === 'transparent') {
    const file = join(values.out, `${name}.png`);
    await image.png({ palette: true, quality: 100, effort: 10, dither: 1 }).toFile(file);
    return file;
  }
  const file = join(values.out, `${name}.jpg`);
  await image.flatten().jpeg({ quality: 88, mozjpeg: true }).toFile(file);
  return file;
}

/** One worker's share of the rows, put into the picture as they come. */
function render(
  work: { name: string; scale: number; first: number; step: number },
  pixels: Uint8Array,
  width: number,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('band.ts', import.meta.url), { workerData: work });
    worker.on('message', (done: { row: number; pixels: Uint8Array }) => pixels.set(done.pixels, done.row * width * 4));
    worker.once('error', reject);
    worker.once('exit', () => resolve());
  });
}
