import { ApiError } from '../errors.ts';

/**
 * What of a photo is the object: an image of the same proportions, of any size, white where it is, or opaque if it has an
 * alpha channel. A `Blob`, or a `data:` URL in Base64, such as those of `cuts` and of a canvas.
 */
export type Mask = Blob | string;

/**
 * Adds the mask of the photo with that name to a form.
 *
 * @throws {ApiError} with the code `MASK_INVALID` if it is a text that is no such URL
 */
export function appendMask(form: FormData, mask: Mask, name: string): void {
  try {
    form.append('masks', typeof mask === 'string' ? decode(mask) : mask, name);
  } catch {
    throw new ApiError('The mask must be a Blob or data: URL', { code: 'MASK_INVALID' });
  }
}

function decode(url: string): Blob {
  // `fetch` would do this too, but the policy of a page may forbid it.
  return new Blob([Uint8Array.from(atob(url.split(',')[1] as string), (character) => character.charCodeAt(0))]);
}
