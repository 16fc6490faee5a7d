import sharp from 'sharp';
import { decodePreview } from './image/decode-image.ts';
import { findCandidates } from './segmentation/find-candidates.ts';
import { loadPrior } from './segmentation/prior/load-prior.ts';
import type { ImageCut, ImageCuts } from './types.ts';

/**
 * The outlines that the object of a photo could have, found without making a model.
 * @param image JPEG, PNG or WebP.
 * @throws ImageError where the image cannot become a model.
 */
export async function cutImage(image: Uint8Array): Promise<ImageCuts> {
  const { info, picture } = await decodePreview(image);
  const { width, height } = picture;
  const candidates: ImageCut[] = [];
  for (const { method, score, coverage, warnings } of findCandidates(picture, loadPrior())) {
    candidates.push({ method, score, mask: await encodeMask(coverage, width, height), warnings });
  }
  return { width: info.width, height: info.height, candidates };
}

async function encodeMask(coverage: Float32Array, width: number, height: number): Promise<Uint8Array> {
  const grey = Uint8Array.from(coverage, (c) => Math.round(255 * c));
  const png = await sharp(grey, { raw: { width, height, channels: 1 } })
    .png({ compressionLevel: 9 })
    .toColourspace('b-w')
    .toBuffer();
  return new Uint8Array(png);
}
