import sharp from 'sharp';
import type { Metadata, Sharp } from 'sharp';
import { ImageError } from './image-error.ts';
import type { ImageInfo } from './types.ts';

/** Pixels beyond which an image is refused before it is decoded. */
export const maximumPixels = 64_000_000;
/** The shortest side that is accepted, in pixels. */
export const minimumSide = 16;
/** The longest side over the shortest beyond which nothing sensible can be made. */
export const maximumAspect = 100;

const contentTypes = { jpeg: 'image/jpeg', png: 'image/png', webp: 'image/webp' } as const;

/**
 * Judges an image by its content: kind, size, and by decoding all of it whether it is whole.
 * @param image Bytes, or a file's path.
 * @throws ImageError where `generateModel` could not use it.
 */
export async function inspectImage(image: Uint8Array | string): Promise<ImageInfo> {
  const info = await readHeader(image);
  await decodeWhole(image);
  return info;
}

/** The checks that need the header alone; milliseconds, whatever the image decompresses to. */
export async function readHeader(image: Uint8Array | string): Promise<ImageInfo> {
  if (typeof image !== 'string' && image.byteLength === 0) {
    throw new ImageError('IMAGE_UNDECODABLE', 'The file is empty.');
  }
  const metadata = await readMetadata(image);
  const format = metadata.format;
  if (format !== 'jpeg' && format !== 'png' && format !== 'webp') throw unsupported(format);
  const { width, height } = metadata.autoOrient;
  if (width * height > maximumPixels) throw tooManyPixels();
  const shortest = Math.min(width, height);
  if (shortest < minimumSide) {
    throw new ImageError(
      'IMAGE_TOO_SMALL',
      `The image is ${width} × ${height} pixels; both sides need at least ${minimumSide}.`,
    );
  }
  if (Math.max(width, height) > maximumAspect * shortest) {
    throw new ImageError(
      'IMAGE_TOO_SMALL',
      `The image is ${width} × ${height} pixels, thinner than 1:${maximumAspect}; crop it closer to the object.`,
    );
  }
  return { format, contentType: contentTypes[format], width, height };
}

/** A decoder that accepts what we accept and stops at damage, rather than filling the rest with grey. */
export function openImage(image: Uint8Array | string): Sharp {
  return sharp(image, { failOn: 'truncated', limitInputPixels: maximumPixels, autoOrient: true, animated: false });
}

/** Turns the decoder's complaints into ours. */
export function undecodable(cause: unknown): ImageError {
  const text = cause instanceof Error ? cause.message : '';
  if (/pixel limit/i.test(text)) return tooManyPixels();
  return new ImageError('IMAGE_UNDECODABLE', 'The image is damaged or incomplete and cannot be decoded.', { cause });
}

async function readMetadata(image: Uint8Array | string): Promise<Metadata> {
  try {
    // The limit is checked by `readHeader`, which gives the better message.
    return await sharp(image, { limitInputPixels: false }).metadata();
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : '';
    // The decoder opens HEIC to tell it from AVIF; where that fails, its complaint begins with its library's name.
    if (/\bheif:/.test(text)) throw unsupported('heif');
    if (/unsupported image format/i.test(text)) throw unsupported(undefined);
    throw undecodable(cause);
  }
}

async function decodeWhole(image: Uint8Array | string): Promise<void> {
  let stats: { data: Buffer; info: { channels: number } };
  try {
    stats = await openImage(image)
      .resize(64, 64, { fit: 'inside', fastShrinkOnLoad: true })
      .toColourspace('srgb')
      .raw()
      .toBuffer({ resolveWithObject: true });
  } catch (cause) {
    throw undecodable(cause);
  }
  const { data, info } = stats;
  if (info.channels !== 4 && info.channels !== 2) return;
  for (let i = info.channels - 1; i < data.length; i += info.channels) if (data[i] !== 0) return;
  throw new ImageError('NO_FOREGROUND', 'The image is fully transparent: there is nothing to model.');
}

function tooManyPixels(): ImageError {
  return new ImageError(
    'IMAGE_TOO_MANY_PIXELS',
    `The image has more than ${maximumPixels / 1_000_000} megapixels; make it smaller.`,
  );
}

function unsupported(format: string | undefined): ImageError {
  const kind = format === 'heif' ? 'HEIC and AVIF images are' : 'This kind of file is';
  return new ImageError('UNSUPPORTED_IMAGE_TYPE', `${kind} not supported; save it as JPEG, PNG or WebP.`);
}
