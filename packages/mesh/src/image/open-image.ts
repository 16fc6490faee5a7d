import sharp from 'sharp';
import type { Metadata, OutputInfo, Sharp } from 'sharp';
import { ImageError } from '../image-error.ts';
import { meshMessage } from '../messages.ts';
import type { ImageInfo } from '../types.ts';
import { isAvif } from './avif.ts';
import { holdsMoreRows, saysWrongSize } from './jpeg-size.ts';

/** Images with more pixels are rejected before they are decoded. */
const maxPixels = 64_000_000;
/** The shortest side that is accepted, in pixels. */
const minSide = 16;
/** The long side over the short one, beyond which no sensible model can be made. */
const maxAspectRatio = 100;

const contentTypes = { jpeg: 'image/jpeg', png: 'image/png', webp: 'image/webp', avif: 'image/avif' } as const;

/** The checks that need the header alone; milliseconds, whatever the image decompresses to. @throws ImageError */
export async function readHeader(image: Uint8Array | string): Promise<ImageInfo> {
  if (typeof image !== 'string' && image.byteLength === 0) {
    throw new ImageError('IMAGE_UNDECODABLE', meshMessage('mesh.file_empty'));
  }
  const info = await readInfo(image);
  checkSize(info.width, info.height);
  return info;
}

/** The same for a mask, which may be coarse: of a long, narrow photo it has few pixels across. @throws ImageError */
export async function readMaskHeader(mask: Uint8Array | string): Promise<ImageInfo> {
  const info = await readInfo(mask);
  if (info.format === 'avif') throw unsupported(info.format);
  const { width, height } = info;
  if (width * height > maxPixels) throw tooManyPixels();
  if (Math.max(width, height) < minSide) {
    throw new ImageError('IMAGE_TOO_SMALL', meshMessage('mesh.image_too_small', { width, height, min: minSide }));
  }
  return info;
}

async function readInfo(image: Uint8Array | string): Promise<ImageInfo> {
  const metadata = await readMetadata(image);
  // Of what the container may hold, the decoder only knows AV1.
  const format = metadata.format === 'heif' && metadata.compression === 'av1' ? 'avif' : metadata.format;
  if (format !== 'jpeg' && format !== 'png' && format !== 'webp' && format !== 'avif') throw unsupported(format);
  const { width, height } = metadata.autoOrient;
  return { format, contentType: contentTypes[format], width, height };
}

/** A decoder that accepts what we accept and stops at damage instead of filling the rest with grey. */
export function openImage(image: Uint8Array | string, failOn: 'truncated' | 'warning' = 'truncated'): Sharp {
  return sharp(image, { failOn, limitInputPixels: maxPixels, autoOrient: true, animated: false });
}

/**
 * Decodes what we accept and stops at damage, instead of filling the rest with grey or leaving out what the header does
 * not mention.
 * @param info What `readHeader` said.
 * @param steps What is done with the picture, up to its pixels.
 * @throws ImageError
 */
export async function decode(
  image: Uint8Array | string,
  info: ImageInfo,
  steps: (opened: Sharp) => Sharp,
): Promise<{ data: Buffer; info: OutputInfo }> {
  const run = (failOn: 'truncated' | 'warning') =>
    steps(openImage(image, failOn)).toBuffer({ resolveWithObject: true });
  if (info.format !== 'jpeg') return run('truncated').catch(rejectUndecodable);
  if (await holdsMoreRows(image, info)) return rejectUndecodable(new Error('More data than the header says'));
  // Of the decoder's warnings only some are about damage that is seen.
  return run('warning').catch((cause: unknown) => {
    const text = cause instanceof Error ? cause.message : '';
    return saysWrongSize(text) ? rejectUndecodable(cause) : run('truncated').catch(rejectUndecodable);
  });
}

/** What the library says where the machine gives it no memory, thread or descriptor: nothing of it is the image's fault. */
const shortages =
  /out of memory|insufficient memory|(?:cannot|could not|unable to) allocate|unable to create thread|too many open files|temporarily unavailable/i;

/** Throws an error of the decoder as one of ours; what is not about the image as it is. */
export function rejectUndecodable(cause: unknown): never {
  const text = cause instanceof Error ? cause.message : '';
  if (shortages.test(text)) throw cause;
  if (/pixel limit/i.test(text)) throw tooManyPixels();
  throw undecodable(cause);
}

function undecodable(cause: unknown): ImageError {
  return new ImageError('IMAGE_UNDECODABLE', meshMessage('mesh.image_undecodable'), { cause });
}

async function readMetadata(image: Uint8Array | string): Promise<Metadata> {
  try {
    // `checkSize` has the better message for too many pixels.
    return await sharp(image, { limitInputPixels: false }).metadata();
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : '';
    if (shortages.test(text)) throw cause;
    // The decoder opens HEIC to distinguish it from AVIF; if that fails, its error begins with its library's name.
    if (/\bheif:/.test(text)) throw (await isAvif(image)) ? undecodable(cause) : unsupported('heif');
    if (/unsupported image format/i.test(text)) throw unsupported(undefined);
    return rejectUndecodable(cause);
  }
}

function checkSize(width: number, height: number): void {
  if (width * height > maxPixels) throw tooManyPixels();
  const short = Math.min(width, height);
  if (short < minSide) {
    throw new ImageError('IMAGE_TOO_SMALL', meshMessage('mesh.image_too_small', { width, height, min: minSide }));
  }
  if (Math.max(width, height) > maxAspectRatio * short) {
    const values = { width, height, max: maxAspectRatio };
    throw new ImageError('IMAGE_TOO_SMALL', meshMessage('mesh.image_too_narrow', values));
  }
}

function tooManyPixels(): ImageError {
  return new ImageError(
    'IMAGE_TOO_MANY_PIXELS',
    meshMessage('mesh.image_too_many_pixels', { max: maxPixels / 1_000_000 }),
  );
}

function unsupported(format: string | undefined): ImageError {
  const id = format === 'heif' ? 'mesh.heif_unsupported' : 'mesh.type_unsupported';
  return new ImageError('UNSUPPORTED_IMAGE_TYPE', meshMessage(id));
}
