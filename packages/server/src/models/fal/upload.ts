import { maxImagePixels, message } from '@image2model/protocol';
import sharp from 'sharp';
import { ModelError } from '../errors.ts';
import type { Picture } from '../contract.ts';
import { ForbiddenAddressError } from '../remote/address.ts';
import { backOff } from '../remote/backoff.ts';
import { ExchangeError } from '../remote/http.ts';
import { fieldOf, isOk } from '../remote/json-client.ts';
import type { FalClient } from './client.ts';
import { explainFailure, falName } from './errors.ts';

const maxAttempts = 6;

/**
 * Puts a photo where fal's models can fetch it, and gives its address. Repeated at will: nothing is charged for it.
 * @throws ModelError and the signal's reason
 */
export async function upload(client: FalClient, photo: Picture, signal: AbortSignal): Promise<string> {
  const picture = photo.contentType === 'image/avif' ? await toWebp(photo) : photo;
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await uploadOnce(client, picture, signal);
    if (typeof outcome === 'string') return outcome;
    if (!outcome.retryable || attempt === maxAttempts) throw outcome;
    await backOff(attempt - 1, client.timings, signal);
  }
}

/** Not every model of theirs reads AVIF. */
async function toWebp(photo: Picture): Promise<Picture> {
  const webp = await sharp(photo.bytes, { limitInputPixels: maxImagePixels, autoOrient: true })
    .webp({ quality: 95 })
    .toBuffer();
  return { ...photo, contentType: 'image/webp', bytes: webp };
}

/** The photo's address, or why it is not there. */
async function uploadOnce(client: FalClient, picture: Picture, signal: AbortSignal): Promise<string | ModelError> {
  const { contentType, bytes } = picture;
  const extension = contentType.replace(/^image\//, '').replace('jpeg', 'jpg');
  try {
    // Not the name that the person gave it: that is nobody else's business.
    const place = await client.initiateUpload({ contentType, filename: `photo.${extension}` }, signal);
    const urls = isOk(place) ? uploadUrls(place.body) : undefined;
    if (urls === undefined) return place.status >= 300 ? explainFailure(place).error : notSent();
    const put = await client.putUpload(urls.uploadUrl, contentType, bytes, signal);
    if (isOk(put)) return urls.fileUrl;
    return notSent(new Error(`The storage answered with ${put.status}`));
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ForbiddenAddressError) {
      const said = message('provider.upload_address', { provider: falName });
      return new ModelError('PROVIDER_REFUSED', said, { cause: error });
    }
    if (!(error instanceof ExchangeError)) throw error;
    return notSent(error);
  }
}

function notSent(cause?: unknown): ModelError {
  return new ModelError('PROVIDER_UNAVAILABLE', message('provider.photo_not_sent', { provider: falName }), { cause });
}

function uploadUrls(body: unknown): { uploadUrl: URL; fileUrl: string } | undefined {
  const [uploadUrl, fileUrl] = [fieldOf(body, 'upload_url'), fieldOf(body, 'file_url')];
  if (typeof uploadUrl !== 'string' || typeof fileUrl !== 'string') return undefined;
  return URL.canParse(uploadUrl) && URL.canParse(fileUrl) ? { uploadUrl: new URL(uploadUrl), fileUrl } : undefined;
}
