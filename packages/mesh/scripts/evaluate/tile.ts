import sharp from 'sharp';
import type { OverlayOptions } from 'sharp';
import type { Picture } from '../../src/image/decode-image.ts';
import { renderSmooth } from '../../src/render/preview.ts';
import type { Drawable, Texture } from '../../src/render/rasterise.ts';

const side = 132;
const labelHeight = 16;
/** Of one tile, in pixels. */
export const tileSize = { width: 5 * side, height: side + labelHeight };
const background = '#46465a';

/** The photo, its cut-out, and the model from the front, from 30° and from the side, under a line of text. */
export async function drawTile(
  label: string,
  picture: Picture,
  coverage: Float32Array,
  model: Drawable,
  texture: Texture,
): Promise<Uint8Array> {
  const { width, height, rgb, alpha } = picture;
  const rgba = new Uint8Array(4 * coverage.length);
  const cutOut = new Uint8Array(4 * coverage.length);
  for (let i = 0; i < coverage.length; i++) {
    for (let c = 0; c < 3; c++) rgba[4 * i + c] = cutOut[4 * i + c] = rgb[3 * i + c]!;
    rgba[4 * i + 3] = alpha?.[i] ?? 255;
    cutOut[4 * i + 3] = 255 * coverage[i]!;
  }
  const views = [
    { yaw: 0, pitch: 0, shading: 'flat' },
    { yaw: 30, pitch: 10, shading: 'lit' },
    { yaw: 85, pitch: 0, shading: 'lit' },
  ] as const;
  const square = { width: side, height: side };
  const panels = [
    await fit(rgba, width, height, background),
    await fit(cutOut, width, height, '#c040c0'),
    ...(await Promise.all(
      views.map((view) => fit(renderSmooth(model, texture, { ...square, ...view }), side, side, background)),
    )),
  ];
  const layers: OverlayOptions[] = panels.map((input, i) => ({ input, left: i * side, top: labelHeight }));
  layers.push({ input: Buffer.from(writeLabel(label)), left: 0, top: 0 });
  const canvas = { ...tileSize, channels: 3 as const, background };
  return new Uint8Array(await sharp({ create: canvas }).composite(layers).png().toBuffer());
}

function fit(rgba: Uint8Array, width: number, height: number, ground: string): Promise<Buffer> {
  return sharp(rgba, { raw: { width, height, channels: 4 } })
    .resize(side, side, { fit: 'contain', background: ground })
    .flatten({ background: ground })
    .png()
    .toBuffer();
}

function writeLabel(label: string): string {
  const text = label.replaceAll(/[&<>]/g, ' ');
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${tileSize.width}" height="${labelHeight}"><text x="3" y="12" font-size="12" font-family="sans-serif" fill="#fff">${text}</text></svg>`;
}
