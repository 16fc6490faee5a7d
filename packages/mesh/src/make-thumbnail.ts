import { openImage, undecodable } from './inspect-image.ts';

/** The longest side of a thumbnail, in pixels: a card's width on a screen with two dots a pixel. */
const side = 512;

/**
 * A photo small and upright, for a page that shows many: WebP, at most 512 × 512, never larger than the photo.
 * @param image Bytes, or a file's path.
 * @throws ImageError where the photo cannot be decoded.
 */
export async function makeThumbnail(image: Uint8Array | string): Promise<Uint8Array> {
  try {
    return await openImage(image)
      .resize(side, side, { fit: 'inside', withoutEnlargement: true })
      .webp({ quality: 80, effort: 2 })
      .toBuffer();
  } catch (cause) {
    throw undecodable(cause);
  }
}
