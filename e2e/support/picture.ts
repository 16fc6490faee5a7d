import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import sharp, { type Sharp } from 'sharp';

/** Pixels of width that are kept of a picture: enough to see where things stand, too few to read. */
const keptWidth = 240;
const keptHeight = 480;
/** Side of the squares in which pictures are compared. */
const cell = 12;
/** How far a square's mean may be from the kept one's, of 255, in pictures of one version of Chromium. */
const tolerance = 12;
/** Rows by which the height may differ: a rounded line. */
const heightTolerance = 2;

/** A screenshot made small and soft, so that letters' edges do not count and layout does. */
async function soften(png: Uint8Array): Promise<Sharp> {
  const { width, height } = await sharp(png).metadata();
  const rows = Math.min(keptHeight, Math.round((height * keptWidth) / width));
  const small = sharp(png).removeAlpha().resize(keptWidth, undefined).blur(1.5);
  return sharp(await small.png().toBuffer()).extract({ left: 0, top: 0, width: keptWidth, height: rows });
}

/** Keeps a screenshot as what later ones are compared with. */
export async function keepPicture(png: Uint8Array, file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await (await soften(png)).webp({ quality: 85, effort: 6 }).toFile(file);
}

/** What is different from the kept picture, in words; undefined where nothing is that a person would see. */
export async function pictureProblem(png: Uint8Array, file: string): Promise<string | undefined> {
  const kept = await readFile(file).catch(() => undefined);
  if (kept === undefined) return 'there is no picture of it yet';
  const [now, before] = await Promise.all([pixelsOf(await soften(png)), pixelsOf(sharp(kept).removeAlpha())]);
  if (Math.abs(now.height - before.height) > heightTolerance) {
    return `${now.height} rows high, and ${before.height} on the picture kept`;
  }
  let worst = { difference: 0, left: 0, top: 0 };
  const rows = Math.min(now.height, before.height);
  for (let top = 0; top < rows; top += cell) {
    for (let left = 0; left < keptWidth; left += cell) {
      const difference = differenceAt(left, top, Math.min(top + cell, rows));
      if (difference > worst.difference) worst = { difference, left, top };
    }
  }
  if (worst.difference <= tolerance) return undefined;
  const where = `${worst.left},${worst.top} (of ${keptWidth} × ${rows})`;
  return `differs by ${worst.difference.toFixed(0)} of 255 at ${where}`;

  /** The mean over a square of what the channels differ by. */
  function differenceAt(left: number, top: number, bottom: number): number {
    let sum = 0;
    let count = 0;
    for (let y = top; y < bottom; y += 1) {
      for (let at = 3 * (y * keptWidth + left); at < 3 * (y * keptWidth + left + cell); at += 1) {
        sum += Math.abs((now.data[at] ?? 0) - (before.data[at] ?? 0));
        count += 1;
      }
    }
    return sum / count;
  }
}

async function pixelsOf(picture: Sharp): Promise<{ data: Uint8Array; height: number }> {
  const { data, info } = await picture.raw().toBuffer({ resolveWithObject: true });
  return { data, height: info.height };
}
