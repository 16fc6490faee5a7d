/*
 * Makes the finished models of the samples that the page offers, and a picture of the one that it shows as a relief:
 * `node scripts/samples/models.ts`, some seconds each.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { generateModel } from '../../packages/mesh/src/index.ts';

/** Triangles of a model: round to the eye at the size in which the page shows it, and some 300 kB. */
const faceLimit = 8000;

const folder = join(import.meta.dirname, '../../packages/web/static/samples');
const models = join(folder, 'models');
await mkdir(models, { recursive: true });
const samples = JSON.parse(await readFile(join(folder, 'samples.json'), 'utf8')) as {
  file: string;
  kind: string;
  offered?: boolean;
}[];
for (const { file, offered, kind } of samples) {
  if (!offered && kind !== 'no clear object') continue;
  const photo = new Uint8Array(await readFile(join(folder, file)));
  const { glb, preview, statistics } = await generateModel(photo, { faceLimit });
  const { name } = parse(file);
  if (offered) await writeFile(join(models, `${name}.glb`), glb);
  await writeFile(join(models, `${name}.webp`), preview);
  const kilobytes = [glb, preview].map(({ byteLength }) => (byteLength / 1000).toFixed(0));
  console.log(`${name}: ${statistics.method}, ${statistics.shape}, ${kilobytes.join(' + ')} kB`);
}
