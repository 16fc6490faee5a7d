import sharp from 'sharp';
import type { Part } from './read-parts.ts';

/** The colour of each vertex in sRGB, three bytes each, read from the texture where there is one. */
export async function vertexColours({ positions, colour, image, uvs }: Part): Promise<Uint8Array> {
  const colours = new Uint8Array(positions.length);
  const factor = colour.map((c) => Math.min(Math.max(c, 0), 1) ** (1 / 2.2));
  if (!image || !uvs) {
    for (let i = 0; i < colours.length; i++) colours[i] = 255 * factor[i % 3]!;
    return colours;
  }
  const { data, info } = await sharp(image.bytes)
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  for (let v = 0; v < uvs.length / 2; v++) {
    const x = pixel(uvs[2 * v]!, info.width);
    const y = pixel(uvs[2 * v + 1]!, info.height);
    for (let c = 0; c < 3; c++) colours[3 * v + c] = data[3 * (y * info.width + x) + c]! * factor[c]!;
  }
  return colours;
}

/** Coordinates beyond the edge repeat, as by default in glTF. */
function pixel(coordinate: number, size: number): number {
  const share = coordinate >= 0 && coordinate <= 1 ? coordinate : coordinate - Math.floor(coordinate);
  return Math.min(size - 1, Math.floor(share * size));
}
