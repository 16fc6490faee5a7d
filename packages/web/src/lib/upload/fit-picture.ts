/** A photo that is to be made acceptable. */
export interface FitTask {
  id: number;
  file: Blob;
  /** Pixels and bytes that it may have. */
  maxPixels: number;
  maxBytes: number;
  /** Its own pixels, if the browser can tell. */
  size?: { width: number; height: number } | undefined;
}

/** Without a picture if the photo cannot be read. */
export interface FitAnswer {
  id: number;
  blob?: Blob | undefined;
}

/** Each attempt is smaller than the last one, so that this is never reached with a sensible limit. */
const maxAttempts = 6;
const quality = 0.92;
/** Longer side of the picture that is looked at for transparent parts. */
const lookedAt = 256;

/** Scales a picture until it fits: as JPEG, or as WebP if parts of it are transparent. */
export async function fitPicture(
  picture: ImageBitmap | OffscreenCanvas,
  { maxPixels, maxBytes }: Pick<FitTask, 'maxPixels' | 'maxBytes'>,
): Promise<Blob | undefined> {
  const { width, height } = picture;
  const type = hasClearParts(picture) ? 'image/webp' : 'image/jpeg';
  let scale = scaleToFit(width * height, maxPixels);
  for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
    const blob = await drawn(picture, width * scale, height * scale).convertToBlob({ type, quality });
    if (blob.size <= maxBytes) return blob;
    scale *= 0.9 * scaleToFit(blob.size, maxBytes);
  }
  return undefined;
}

/** What to multiply both sides by, so that so many pixels, or the bytes that grow with them, become at most `max`. */
export function scaleToFit(now: number, max: number): number {
  return Math.min(1, Math.sqrt(max / now));
}

function hasClearParts(picture: ImageBitmap | OffscreenCanvas): boolean {
  const scale = Math.min(1, lookedAt / Math.max(picture.width, picture.height));
  const small = drawn(picture, picture.width * scale, picture.height * scale);
  const data = small.getContext('2d')?.getImageData(0, 0, small.width, small.height).data ?? [];
  for (let at = 3; at < data.length; at += 4) if ((data[at] ?? 255) < 250) return true;
  return false;
}

function drawn(picture: ImageBitmap | OffscreenCanvas, width: number, height: number): OffscreenCanvas {
  const canvas = new OffscreenCanvas(Math.max(1, Math.round(width)), Math.max(1, Math.round(height)));
  const context = canvas.getContext('2d');
  if (context) {
    context.imageSmoothingQuality = 'high';
    context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  }
  return canvas;
}
