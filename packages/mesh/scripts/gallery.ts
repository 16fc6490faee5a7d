/**
 * Draws models from the front, 30°, the side, the back and as clay into one PNG, for visual checks.
 * node packages/mesh/scripts/gallery.ts out.png [photo …]   (without photos: pictures made in code)
 */
import { readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import sharp from 'sharp';
import type { OverlayOptions } from 'sharp';
import { generateModel } from '../src/index.ts';
import { renderSmooth } from '../src/render/preview.ts';
import { chair, disc, logo, mug, noise, ring, shadedBall, thin } from '../test/pictures.ts';
import { readModel } from '../test/read-model.ts';

const side = 240;
const views = [
  { yaw: 0, pitch: 0, shading: 'flat' },
  { yaw: 30, pitch: 10, shading: 'lit' },
  { yaw: 85, pitch: 0, shading: 'lit' },
  { yaw: 205, pitch: 10, shading: 'lit' },
  { yaw: -35, pitch: 15, shading: 'clay' },
] as const;

const [out = 'gallery.png', ...paths] = process.argv.slice(2);
const inputs = paths.length > 0 ? await Promise.all(paths.map(fromDisk)) : await made();
const tiles: OverlayOptions[] = [];
let row = 0;
for (const [name, image] of inputs) {
  const started = performance.now();
  const result = await generateModel(image, options());
  const seconds = ((performance.now() - started) / 1000).toFixed(2);
  const { faces, method, warnings, depth } = result.statistics;
  console.log(
    `${name}: ${method}, ${faces} faces, ${depth.toFixed(2)} m deep, ${seconds} s, ${Math.round(result.glb.length / 1024)} KB`,
    warnings.map(({ text }) => text).join(' '),
  );
  const { model, texture } = await readModel(result.glb);
  const photo = await sharp(image)
    .autoOrient()
    .resize(side, side, { fit: 'contain', background: '#808080' })
    .png()
    .toBuffer();
  tiles.push({ input: photo, left: 0, top: row * side });
  for (const [column, view] of views.entries()) {
    const rgba = renderSmooth(model, texture, { width: side, height: side, ...view });
    tiles.push({
      input: await sharp(rgba, { raw: { width: side, height: side, channels: 4 } })
        .png()
        .toBuffer(),
      left: (column + 1) * side,
      top: row * side,
    });
  }
  row++;
}
const canvas = { width: (views.length + 1) * side, height: row * side, channels: 3 as const, background: '#46465a' };
await writeFile(out, await sharp({ create: canvas }).composite(tiles).png().toBuffer());

async function fromDisk(path: string): Promise<[string, Uint8Array]> {
  return [basename(path), await readFile(path)];
}

function options(): Parameters<typeof generateModel>[1] {
  const faces = process.env['FACES'];
  return faces ? { faceLimit: Number(faces) } : {};
}

async function made(): Promise<[string, Uint8Array][]> {
  return [
    ['disc', await disc(600, 200)],
    ['ring on white', await ring(600, '#fff')],
    ['chair on white', await chair(1024, '#fff')],
    ['ball with shadow', await shadedBall(1024)],
    ['mug', await mug(900)],
    ['logo', await logo(800)],
    ['thin', await thin(1024)],
    ['noise', await noise(640, 480)],
  ];
}
