import { openImage, rejectUndecodable } from './image/open-image.ts';

/** The longest side of a thumbnail, in pixels: the width of a card on a screen with two device pixels per CSS pixel. */
const maxSide = 512;

/**
 * A small, upright copy of a photo, for pages that show many: WebP, at most 512 × 512, never larger than the photo.
 * @param image Bytes, or a file's path.
 * @throws ImageError where the photo cannot be decoded.
 */
export async function makeThumbnail(image: Uint8Array | string): Promise<Uint8Array> {
  try {
    return await openImage(image)
      .resize(maxSide, maxSide, { fit: 'inside', withoutEnlargement: true })
      .webp({ quality: 80, effort: 2 })
      .toBuffer();
  } catch (cause) {
    return rejectUndecodable(cause);
  }
}
