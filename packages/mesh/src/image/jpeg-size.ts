import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import type { ImageInfo } from '../types.ts';

/** Bits per pixel, and long side over short one, from which a JPEG is suspected to hold more rows than it says. */
const suspiciousBits = 2;
const suspiciousRatio = 3;
/** Stray bytes between two scans that some encoders leave; a picture cut short leaves more. */
const maxStray = 8;
/** Rows of blocks that the decoder is asked for beyond the last one; it does not notice at once that there are none. */
const extraRows = 2;

/** Whether a decoder's warning says that the picture's data ends too early, or goes on after its end. */
export function saysWrongSize(text: string): boolean {
  if (/premature end of data segment/i.test(text)) return true;
  const stray = /(\d+) extraneous bytes before marker 0x(?:c4|da|dd)/i.exec(text);
  return stray !== null && Number(stray[1]) > maxStray;
}

/**
 * Whether a JPEG holds more rows of blocks than its header says. The decoder stops when it has as many as it wants and
 * is silent about the rest, so it is asked for a few more: of an honest file it then says that the data ends too early.
 */
export async function holdsMoreRows(image: Uint8Array | string, { width, height }: ImageInfo): Promise<boolean> {
  const bytes = typeof image === 'string' ? await readFile(image) : image;
  const bits = (8 * bytes.length) / (width * height);
  const ratio = Math.max(width, height) / Math.min(width, height);
  if (bits < suspiciousBits && ratio < suspiciousRatio) return false;
  const taller = addRows(bytes);
  if (!taller) return false;
  try {
    // The last row, because others would do without the rest, and a smaller copy without much of it.
    const last = { left: 0, top: taller.rows - 1, width: 1, height: 1 };
    await sharp(taller.bytes, { failOn: 'warning', limitInputPixels: false }).extract(last).raw().toBuffer();
    return true;
  } catch {
    return false;
  }
}

/** A copy of a sequential JPEG whose header has a few more rows of blocks; undefined for other kinds. */
function addRows(bytes: Uint8Array): { bytes: Uint8Array; rows: number } | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 2; at + 9 < bytes.length;) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1]!;
    const length = view.getUint16(at + 2);
    if (marker === 0xda || length < 2) return undefined;
    if (marker === 0xc0 || marker === 0xc1) {
      const rows = view.getUint16(at + 5);
      let tallest = 1;
      for (let c = 0; c < bytes[at + 9]! && at + 11 + 3 * c < bytes.length; c++)
        tallest = Math.max(tallest, bytes[at + 11 + 3 * c]! & 15);
      const block = 8 * tallest;
      // Not `slice`, which for a Buffer is no copy.
      const copy = new Uint8Array(bytes);
      const taller = Math.min((Math.ceil(rows / block) + extraRows) * block, 65_535);
      new DataView(copy.buffer).setUint16(at + 5, taller);
      return { bytes: copy, rows: taller };
    }
    at += 2 + length;
  }
  return undefined;
}
