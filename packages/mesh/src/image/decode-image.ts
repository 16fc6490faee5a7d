import { ImageError } from '../image-error.ts';
import { meshMessage } from '../messages.ts';
import type { ImageInfo } from '../types.ts';
import { alphaCoverage } from '../segmentation/alpha.ts';
import { decode, readHeader, readMaskHeader } from './open-image.ts';
import type { Picture } from './picture.ts';

export type { Picture };

/** The long side of a decoded picture, and so of the texture, in pixels. Larger pictures are shrunk while decoding. */
const maxLongSide = 1024;
/** Smaller pictures are enlarged to this, so that their outline is a curve and not a staircase. */
const minLongSide = 256;

/**
 * Decodes to the working size.
 * @param longSide The longest side at most, in pixels.
 * @throws ImageError
 */
export async function decodeImage(image: Uint8Array, longSide = maxLongSide): Promise<Picture> {
  const info = await readHeader(image);
  const size = workingSize(info, longSide);
  const picture = visible(await decodeAt(image, info, size));
  return size.width > info.width ? { ...picture, enlarged: size.width / info.width } : picture;
}

/** The longest side at which a picture is searched for its object: a larger one costs more and finds the same. */
const previewSide = 320;

/** Decodes to at most 320 pixels on the longest side. @throws ImageError */
export async function decodePreview(image: Uint8Array): Promise<{ info: ImageInfo; picture: Picture }> {
  const info = await readHeader(image);
  const scale = Math.min(1, previewSide / Math.max(info.width, info.height));
  const size = {
    width: Math.max(1, Math.round(info.width * scale)),
    height: Math.max(1, Math.round(info.height * scale)),
  };
  return { info, picture: visible(await decodeAt(image, info, size)) };
}

/** A mask with less than this share of its photo's pixels on each side is coarse: its edge is moved onto the photo's own. */
const coarseShare = 0.75;

/** Which part of a picture is the object; as large as the picture or, where it is coarse, smaller. */
export interface Mask {
  width: number;
  height: number;
  /** 0 to 1 per pixel. */
  coverage: Float32Array;
}

/**
 * Decodes a mask with the proportions of its photo: to the size of the decoded picture unless it is coarse. Where its alpha
 * channel hides something, that is the mask: 1 where it is opaque; otherwise 1 where it is white.
 * @throws ImageError
 */
export async function decodeMask(
  mask: Uint8Array | string,
  picture: Pick<Picture, 'width' | 'height'>,
  photo: Pick<ImageInfo, 'width' | 'height'>,
): Promise<Mask> {
  const info = await readMaskHeader(mask).catch(ofMask);
  const long = Math.max(info.width, info.height);
  const wanted = Math.min(Math.max(photo.width, photo.height), maxLongSide);
  const scale = long < coarseShare * wanted ? long / Math.max(picture.width, picture.height) : 1;
  const width = Math.max(1, Math.round(picture.width * Math.min(scale, 1)));
  const height = Math.max(1, Math.round(picture.height * Math.min(scale, 1)));
  const decoded = await decodeAt(mask, info, { width, height }).catch(ofMask);
  return { width, height, coverage: alphaCoverage(decoded) ?? lightness(decoded) };
}

/** Throws what the decoder, which speaks of photos, says of a mask. */
function ofMask(error: unknown): never {
  if (!(error instanceof ImageError)) throw error;
  throw new ImageError(error.code, meshMessage('mesh.mask_unusable'), { cause: error });
}

/** 1 where it is white and opaque. */
function lightness({ rgb, alpha }: Picture): Float32Array {
  return Float32Array.from({ length: rgb.length / 3 }, (_, i) => {
    const light = Math.max(rgb[3 * i]!, rgb[3 * i + 1]!, rgb[3 * i + 2]!) / 255;
    return alpha?.[i] === 0 ? 0 : light;
  });
}

function workingSize({ width, height }: ImageInfo, longSide: number): { width: number; height: number } {
  const long = Math.max(width, height);
  const scale = Math.min(Math.max(long, minLongSide), longSide) / long;
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

async function decodeAt(
  image: Uint8Array | string,
  header: ImageInfo,
  { width, height }: { width: number; height: number },
): Promise<Picture> {
  const { data, info } = await decode(image, header, (opened) =>
    opened.resize(width, height, { fit: 'fill', kernel: 'mitchell' }).toColourspace('srgb').raw({ depth: 'uchar' }),
  );
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
  for (let i = 0; i < pixels; i++) alpha[i] = data[channels * i + channels - 1]!;
  return { width, height, rgb, alpha };
}

/** @throws ImageError where there is nothing to see. */
function visible(picture: Picture): Picture {
  if (picture.alpha?.every((a) => a === 0)) {
    throw new ImageError('NO_FOREGROUND', meshMessage('mesh.image_transparent'));
  }
  return picture;
}
