import sharp from 'sharp';
import { rasterise } from './rasterise.ts';
import type { Drawable, Texture, View } from './rasterise.ts';

/** Width and height of a model's preview in pixels. */
const modelSide = 512;

/** The model, slightly from the side and above, as WebP on a transparent background. */
export async function renderPreview(model: Drawable, texture: Texture, side = modelSide): Promise<Uint8Array> {
  const rgba = renderSmooth(model, texture, { width: side, height: side, yaw: 30, pitch: 10, shading: 'lit' });
  const webp = await sharp(rgba, { raw: { width: side, height: side, channels: 4 } })
    .webp({ quality: 85, effort: 2 })
    .toBuffer();
  return new Uint8Array(webp);
}

/** Fits the model into the image with a small margin and draws it with four samples per pixel. */
export function renderSmooth(
  model: Drawable,
  texture: Texture,
  view: Omit<View, 'centre' | 'scale'>,
): Uint8Array<ArrayBuffer> {
  const { centre, radius } = boundingCylinder(model.positions);
  const scale = (2 * 0.94 * Math.min(view.width, view.height)) / (2 * radius);
  const large = rasterise(model, texture, { ...view, width: 2 * view.width, height: 2 * view.height, centre, scale });
  return halve(large, view.width, view.height);
}

/** Centre of the bounding box, and half the size the model needs on screen however it is rotated. */
function boundingCylinder(positions: Float32Array): { centre: [number, number, number]; radius: number } {
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  for (let i = 0; i < positions.length; i++) {
    low[i % 3] = Math.min(low[i % 3]!, positions[i]!);
    high[i % 3] = Math.max(high[i % 3]!, positions[i]!);
  }
  const half = low.map((l, c) => (high[c]! - l) / 2);
  const across = Math.hypot(half[0]!, half[2]! * 0.6);
  return {
    centre: [low[0]! + half[0]!, low[1]! + half[1]!, low[2]! + half[2]!],
    radius: Math.max(across, half[1]! + 0.17 * half[2]!),
  };
}

function halve(large: Uint8Array, width: number, height: number): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(width * height * 4);
  const row = 8 * width;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = 2 * y * row + 8 * x;
      const below = from + row;
      // Alpha is 255 or 0, and colours are 0 where alpha is.
      const covered = (large[from + 3]! + large[from + 7]! + large[below + 3]! + large[below + 7]!) / 255;
      if (covered === 0) continue;
      const to = 4 * (y * width + x);
      for (let c = 0; c < 3; c++) {
        const sum = large[from + c]! + large[from + 4 + c]! + large[below + c]! + large[below + 4 + c]!;
        result[to + c] = sum / covered + 0.5;
      }
      result[to + 3] = (255 * covered) / 4 + 0.5;
    }
  }
  return result;
}
