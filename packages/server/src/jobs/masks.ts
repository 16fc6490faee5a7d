import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { maxImagePixels, message } from '@image2model/protocol';
import type { Message } from '@image2model/protocol';
import type { ImageError } from '@image2model/mesh';
import type { StoredMask } from '../engine/contract.ts';
import type { FileStore, SpooledFile } from '../files/contract.ts';
import { maskKey } from '../files/keys.ts';
import { maskEndings, nameRules } from '../files/mask-names.ts';
import { cleanFilename } from '../files/names.ts';
import { problem, spoolImage } from './intake.ts';
import type { ImageProblem, Judged, SentImage, Size } from './intake.ts';

/** A good mask that is on this machine and not in the store yet. */
export interface ReceivedMask extends Size {
  filename: string;
  contentType: string;
  spooled: SpooledFile;
}

/** A photo that a mask may be of. */
interface MaskedPhoto {
  fileId: string;
  filename: string;
}

/** How far the proportions of a mask may be off. */
const tolerance = 0.02;

/** Receives a mask into the store's spool and judges it there by its content. Nothing is kept of one that is refused. */
export async function receiveMask(
  store: Pick<FileStore, 'spool' | 'requireRoom'>,
  sent: SentImage,
): Promise<ReceivedMask | ImageProblem> {
  return await spoolImage(store, sent, judgeMask);
}

/**
 * Finds the photo of each mask, by their names: the same, or the photo's without its extension and `.mask.png`. Where no
 * name is exactly so, case does not matter. Each is of exactly one photo, and each photo has one at most.
 */
export function matchMasks<Mask extends Pick<ReceivedMask, 'filename'>>(
  masks: readonly Mask[],
  photos: readonly MaskedPhoto[],
): { matched: Map<string, Mask>; problems: ImageProblem[] } {
  const matched = new Map<string, Mask>();
  const problems: ImageProblem[] = [];
  const refuse = (id: 'mask.no_photo' | 'mask.several_photos' | 'mask.repeated', filename: string): void => {
    problems.push(problem('MASK_UNMATCHED', message(id, { filename }), filename));
  };
  for (const mask of masks) {
    const [photo, another] = photosOf(mask.filename, photos);
    if (photo === undefined) refuse('mask.no_photo', mask.filename);
    else if (another !== undefined) refuse('mask.several_photos', mask.filename);
    else if (matched.has(photo.fileId)) refuse('mask.repeated', mask.filename);
    else matched.set(photo.fileId, mask);
  }
  return { matched, problems };
}

/** What is wrong with a mask in a file, of a photo of this size. */
export async function judgeMaskOf(
  photo: Size,
  { path, filename }: { path: string; filename: string },
): Promise<ImageProblem[]> {
  const judged = await judgeMask(path, filename);
  return judged.code === undefined ? misfit({ filename, ...judged }, photo) : [judged];
}

/** What is wrong with a mask of a photo of this size: other proportions, by more than what rounding to pixels explains. */
export function misfit(
  { filename, width, height }: Pick<ReceivedMask, 'filename' | keyof Size>,
  photo: Size,
): ImageProblem[] {
  const isFit =
    width >= height
      ? isNear(height, (width * photo.height) / photo.width)
      : isNear(width, (height * photo.width) / photo.height);
  if (isFit) return [];
  const said = message('mask.proportions', {
    filename,
    width,
    height,
    photo_width: photo.width,
    photo_height: photo.height,
  });
  return [problem('MASK_INVALID', said, filename)];
}

function isNear(side: number, expected: number): boolean {
  return Math.abs(side - expected) <= Math.max(1, tolerance * expected);
}

/** What the engine knows of a mask, under a key that no other one ever has. */
export function toStored(jobId: string, fileId: string, { filename, contentType, spooled }: ReceivedMask): StoredMask {
  const { sizeBytes, sha256 } = spooled;
  return { filename, contentType, sizeBytes, sha256, storageKey: maskKey(jobId, fileId, randomUUID()) };
}

/** The photos that a mask fits by its name, all by the same rule. Names are clean; a long one has lost the end of its stem. */
function photosOf<Photo extends MaskedPhoto>(mask: string, photos: readonly Photo[]): Photo[] {
  for (const as of nameRules) {
    const fitting = photos.filter(({ filename: photo }) => {
      const stem = photo.replace(/\.[^.]{1,9}$/, '');
      const names = [photo, ...maskEndings.map((ending) => cleanFilename(stem + ending))];
      return names.some((name) => as(name) === as(mask));
    });
    if (fitting.length > 0) return fitting;
  }
  return [];
}

async function judgeMask(path: string, filename: string): Promise<Judged | ImageProblem> {
  const { ImageError: MeshError, inspectMask } = await import('@image2model/mesh');
  try {
    const { contentType, width, height, isEmpty } = await inspectMask(path).catch(async (error: unknown) => {
      // As with photos: bytes, unlike a file that cannot be opened, are only called damaged where they are.
      if (!(error instanceof MeshError)) throw error;
      return await inspectMask(await readFile(path));
    });
    return isEmpty ? black(filename) : { contentType, width, height };
  } catch (error) {
    if (!(error instanceof MeshError)) throw error;
    return refusal(error, filename);
  }
}

/** The decoder speaks of photos. */
function refusal({ code, values, message: text, id }: ImageError, filename: string): ImageProblem {
  if (code === 'NO_FOREGROUND') return black(filename);
  if (code === 'IMAGE_TOO_SMALL') {
    const { width = 0, height = 0, min = 0 } = values ?? {};
    return problem('MASK_INVALID', message('mask.too_small', { filename, width, height, min }), filename);
  }
  const max = maxImagePixels / 1_000_000;
  const said = {
    UNSUPPORTED_IMAGE_TYPE: message('mask.type_unsupported', { filename }),
    IMAGE_TOO_MANY_PIXELS: message('mask.too_many_pixels', { filename, max }),
    IMAGE_UNDECODABLE: message('mask.undecodable', { filename }),
  };
  const known = new Map<string, Message>(Object.entries(said));
  return problem(code, known.get(code) ?? { text, id, values }, filename);
}

function black(filename: string): ImageProblem {
  return problem('MASK_INVALID', message('mask.black', { filename }), filename);
}
