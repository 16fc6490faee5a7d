/* Makes the little pictures that the page offers the samples with: `node scripts/samples/small.ts`, a second. */
import { mkdir, readdir } from 'node:fs/promises';
import { join, parse } from 'node:path';
import sharp from 'sharp';

const folder = join(import.meta.dirname, '../../packages/web/static/samples');
const small = join(folder, 'small');
await mkdir(small, { recursive: true });
for (const name of await readdir(folder)) {
  if (!/\.(jpg|png)$/.test(name)) continue;
  // Twice the size that they are shown in, for screens with two dots a pixel.
  const image = sharp(join(folder, name)).resize(320, 320, { fit: 'inside' });
  const { size } = await image.webp({ quality: 72, effort: 6 }).toFile(join(small, `${parse(name).name}.webp`));
  console.log(`${parse(name).name}.webp: ${(size / 1000).toFixed(1)} kB`);
}
