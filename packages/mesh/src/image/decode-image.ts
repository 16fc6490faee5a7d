import { ImageError } from '../image-error.ts';
import { meshMessage } from '../messages.ts';
import type { ImageInfo } from '../types.ts';
import { openImage, readHeader, rejectUndecodable } from './open-image.ts';

/** The long side of a decoded picture, and so of the texture, in pixels. Larger pictures are shrunk while decoding. */
const maxLongSide = 1024;
/** Smaller pictures are enlarged to this, so that their outline is a curve and not a staircase. */
const minLongSide = 256;

/** An upright picture in sRGB, rows from the top. */
export interface Picture {
  width: number;
  height: number;
  /** Three bytes per pixel. */
  rgb: Uint8Array;
  /** One byte per pixel; absent where the file has no alpha channel. */
  alpha?: Uint8Array;
}

/** Decodes to the working size. @throws ImageError */
export async function decodeImage(image: Uint8Array): Promise<Picture> {
  const info = await readHeader(image);
  return decodeAt(image, workingSize(info));
}

/** Decodes a mask and stretches it to the size of its picture; 1 where it is white and opaque. @throws ImageError */
export async function decodeMask(mask: Uint8Array, picture: Picture): Promise<Float32Array> {
  await readHeader(mask);
  const { rgb, alpha } = await decodeAt(mask, picture);
  const coverage = new Float32Array(picture.width * picture.height);
  for (let i = 0; i < coverage.length; i++) {
    const light = Math.max(rgb[3 * i]!, rgb[3 * i + 1]!, rgb[3 * i + 2]!) / 255;
    coverage[i] = light * ((alpha?.[i] ?? 255) / 255);
  }
  return coverage;
}

function workingSize({ width, height }: ImageInfo): { width: number; height: number } {
  const long = Math.max(width, height);
  const scale = Math.min(Math.max(long, minLongSide), maxLongSide) / long;
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

async function decodeAt(image: Uint8Array, size: { width: number; height: number }): Promise<Picture> {
  const { width, height } = size;
  const { data, info } = await openImage(image)
    .resize(width, height, { fit: 'fill', kernel: 'mitchell' })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
    .catch(rejectUndecodable);
  return splitChannels(data, info.channels, width, height);
}

function splitChannels(data: Uint8Array, channels: number, width: number, height: number): Picture {
  const pixels = width * height;
  if (channels === 3) return { width, height, rgb: data };
  const rgb = new Uint8Array(pixels * 3);
  const grey = channels < 3;
  for (let i = 0; i < pixels; i++) {
    for (let c = 0; c < 3; c++) rgb[3 * i + c] = data[channels * i + (grey ? 0 : c)]!;
  }
  if (channels % 2 === 1) return { width, height, rgb };
  const alpha = new Uint8Array(pixels);
  let visible = false;
  for (let i = 0; i < pixels; i++) {
    alpha[i] = data[channels * i + channels - 1]!;
    visible ||= alpha[i]! >= 128;
  }
  if (!visible) throw new ImageError('NO_FOREGROUND', meshMessage('mesh.image_transparent'));
  return { width, height, rgb, alpha };
}
