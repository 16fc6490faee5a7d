import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { tileSize } from './tile.ts';

const columns = 2;
const rows = 12;

/** Puts tiles onto contact sheets, `<name>-1.webp` and so on. */
export async function writeSheets(folder: string, name: string, tiles: readonly Uint8Array[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  const each = columns * rows;
  for (let start = 0; start < tiles.length; start += each) {
    const page = tiles.slice(start, start + each);
    const { width, height } = tileSize;
    const canvas = {
      width: columns * width,
      height: Math.ceil(page.length / columns) * height,
      channels: 3 as const,
      background: '#222',
    };
    const layers = page.map((input, i) => ({
      input: Buffer.from(input),
      left: (i % columns) * width,
      top: Math.floor(i / columns) * height,
    }));
    const sheet = await sharp({ create: canvas }).composite(layers).webp({ quality: 80 }).toBuffer();
    await writeFile(join(folder, `${name}-${start / each + 1}.webp`), sheet);
  }
}
