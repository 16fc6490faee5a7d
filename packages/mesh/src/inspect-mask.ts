import { decodeMask } from './image/decode-image.ts';
import { readMaskHeader } from './image/open-image.ts';
import type { ImageInfo } from './types.ts';

/** The long side at which a mask is looked at, in pixels: that of a model's picture. */
const maxLongSide = 1024;

/**
 * Checks a mask by its content, by decoding all of it.
 * @param mask Bytes, or a file's path.
 * @returns Also whether it keeps nothing at all.
 * @throws ImageError where it is no image that can be used.
 */
export async function inspectMask(mask: Uint8Array | string): Promise<ImageInfo & { isEmpty: boolean }> {
  const info = await readMaskHeader(mask);
  const scale = Math.min(1, maxLongSide / Math.max(info.width, info.height));
  const size = {
    width: Math.max(1, Math.round(info.width * scale)),
    height: Math.max(1, Math.round(info.height * scale)),
  };
  const { coverage } = await decodeMask(mask, size, info);
  return { ...info, isEmpty: !coverage.some((c) => c >= 0.5) };
}
