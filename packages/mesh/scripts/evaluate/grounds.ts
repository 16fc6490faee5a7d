import sharp from 'sharp';
import type { Random } from './random.ts';

/** What a composite stands on. */
export const groundKinds = ['plain', 'textured', 'blurred'] as const;
export type GroundKind = (typeof groundKinds)[number];

/** Three bytes per pixel. */
export interface Rgb {
  width: number;
  height: number;
  rgb: Uint8Array;
}

/** Crops of each photo that are looked at for one with an even texture. */
const triedCrops = 4;

/** A backdrop of one colour, with a soft gradient. */
export function plainGround(width: number, height: number, random: Random): Rgb {
  const colour = plainColour(random);
  const angle = random.between(0, 2 * Math.PI);
  const slope = random.between(0, 28);
  const vignette = random.between(0, 22);
  const rgb = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [u, v] = [x / width - 0.5, y / height - 0.5];
      const light = slope * (u * Math.cos(angle) + v * Math.sin(angle)) - vignette * (u * u + v * v) * 2;
      for (let c = 0; c < 3; c++) rgb[3 * (y * width + x) + c] = clampByte(colour[c]! + light);
    }
  }
  return { width, height, rgb };
}

/** Mostly near white and grey, as in photos of products; some coloured, some dark. */
function plainColour(random: Random): number[] {
  const kind = random.between(0, 1);
  if (kind < 0.55) {
    const grey = random.between(kind < 0.3 ? 225 : 130, 252);
    return [0, 1, 2].map(() => grey + random.between(-6, 6));
  }
  if (kind < 0.8) return [0, 1, 2].map(() => random.between(110, 245));
  if (kind < 0.9) return [0, 1, 2].map(() => random.between(25, 160));
  const grey = random.between(15, 60);
  return [0, 1, 2].map(() => grey + random.between(-4, 4));
}

/** The most even of several crops of several photos: wood, cloth, grass, gravel, leaves. */
export async function texturedGround(
  photos: readonly Rgb[],
  width: number,
  height: number,
  random: Random,
): Promise<Rgb> {
  let best: Rgb | undefined;
  let least = Infinity;
  for (const photo of photos) {
    for (let attempt = 0; attempt < triedCrops; attempt++) {
      const crop = await cropPhoto(photo, width, height, random.between(0.2, 0.55), random);
      const uneven = unevenness(crop);
      if (uneven < least) [best, least] = [crop, uneven];
    }
  }
  return best!;
}

/** A photo as it looks out of focus. */
export async function blurredGround(photo: Rgb, width: number, height: number, random: Random): Promise<Rgb> {
  const crop = await cropPhoto(photo, width, height, random.between(0.5, 1), random);
  const sigma = random.between(0.008, 0.035) * Math.max(width, height);
  const rgb = await sharp(crop.rgb, { raw: { width, height, channels: 3 } })
    .blur(sigma)
    .raw()
    .toBuffer();
  return { width, height, rgb };
}

/** A part of the photo with the proportions of the ground; `share` of the largest one. */
async function cropPhoto(photo: Rgb, width: number, height: number, share: number, random: Random): Promise<Rgb> {
  const scale = Math.min(photo.width / width, photo.height / height) * share;
  const size = { width: Math.max(8, Math.floor(width * scale)), height: Math.max(8, Math.floor(height * scale)) };
  const left = Math.floor(random.between(0, photo.width - size.width));
  const top = Math.floor(random.between(0, photo.height - size.height));
  const rgb = await sharp(photo.rgb, { raw: { width: photo.width, height: photo.height, channels: 3 } })
    .extract({ left, top, ...size })
    .resize(width, height, { fit: 'fill' })
    .raw()
    .toBuffer();
  return { width, height, rgb };
}

/** How much the parts of a crop differ in light and contrast, against its contrast as a whole; large where it is plain. */
function unevenness({ width, height, rgb }: Rgb): number {
  const cells = 4;
  const sums = new Float64Array(cells * cells);
  const squares = new Float64Array(cells * cells);
  const counts = new Float64Array(cells * cells);
  for (let y = 0; y < height; y += 2) {
    for (let x = 0; x < width; x += 2) {
      const cell = Math.floor((y * cells) / height) * cells + Math.floor((x * cells) / width);
      const light = rgb[3 * (y * width + x) + 1]!;
      sums[cell]! += light;
      squares[cell]! += light * light;
      counts[cell]! += 1;
    }
  }
  const means = sums.map((sum, i) => sum / counts[i]!);
  const spreads = squares.map((sum, i) => Math.sqrt(Math.max(0, sum / counts[i]! - means[i]! ** 2)));
  return (spread(means) + spread(spreads)) / (mean(spreads) + 2) + (mean(spreads) < 6 ? 10 : 0);
}

function mean(values: Float64Array): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

function spread(values: Float64Array): number {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
}

function clampByte(value: number): number {
  return Math.min(255, Math.max(0, Math.round(value)));
}
