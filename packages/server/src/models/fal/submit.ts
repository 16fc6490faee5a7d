import { setTimeout as sleep } from 'node:timers/promises';
import { ModelError } from '../errors.ts';
import type { ModelContext, ModelInput, ModelOptions } from '../contract.ts';
import { ForbiddenAddressError } from '../remote/address.ts';
import type { FalAnswer } from './client.ts';
import { explainFailure, keyRefused } from './errors.ts';
import type { FalContext } from './fal.ts';
import { ExchangeError } from '../remote/http.ts';
import type { Submitted } from './memory.ts';
import type { FalRow } from './table.ts';
import { backoffMs } from '../remote/timings.ts';

/** Tries at what may be repeated: an upload, and a submit that certainly was not taken. */
const mostTries = 6;
/** The longest that fal may ask to wait before a request is sent again, in ms. */
const longestWaitMs = 60_000;

/**
 * Sends a request for one photo: once. The intent is written before, the id right after; a request that may have been
 * taken although no id came back is not sent again, by anybody. `spending` names the money that is set aside for it.
 * @throws ModelError
 */
export async function submit(
  fal: FalContext,
  row: FalRow,
  input: ModelInput,
  { options, faceLimit }: ModelOptions,
  context: ModelContext,
  spending: string,
): Promise<Submitted> {
  fal.key.check();
  const budget = faceLimit === null ? undefined : row.faces?.(faceLimit, options);
  const price = await fal.spending.priceOf(row.id);
  await context.remember({ step: 'begun', spending });
  const url = await upload(fal, input, context.signal);
  const request = {
    ...options,
    ...budget?.input,
    ...row.fixed,
    [row.image]: row.imageList === true ? [url] : url,
  };
  const sent = { spending, perhapsTaken: false };
  await fal.spending.reserve(spending, row, options, price);
  try {
    const requestId = await send(fal, row, request, sent, context);
    const warnings = budget?.warning === undefined ? [] : [budget.warning];
    const submitted: Submitted = { step: 'submitted', spending, requestId, submittedAt: Date.now(), price, warnings };
    try {
      await context.remember(submitted);
    } catch (error) {
      // Nobody would ever fetch it.
      fal.cancelLater({ model: row.id, requestId });
      throw error;
    }
    return submitted;
  } catch (error) {
    // What was perhaps taken may cost what it was to cost.
    if (sent.perhapsTaken) throw error;
    // First the name of the money and then the money, or the next request could go by money that is back already.
    await context.remember(undefined).catch(() => undefined);
    await fal.spending.settle(spending, 0);
    throw error;
  }
}

/** Nobody can say whether this request was taken. */
export function outcomeUnknown(cause?: unknown): ModelError {
  const message = 'The connection to fal.ai broke while the request was sent, so it may have been taken and be billed';
  return new ModelError('SUBMIT_OUTCOME_UNKNOWN', message, { cause });
}

async function send(
  fal: FalContext,
  row: FalRow,
  request: Record<string, unknown>,
  sent: { spending: string; perhapsTaken: boolean },
  context: ModelContext,
): Promise<string> {
  const { signal } = context;
  for (let tries = 0; ; tries += 1) {
    signal.throwIfAborted();
    fal.key.check();
    await context.remember({ step: 'intent', spending: sent.spending });
    sent.perhapsTaken = true;
    const outcome = await outcomeOf(fal, row, request, signal);
    if (typeof outcome === 'string') return outcome;
    // It is certain that fal has not taken it: there is nothing to go on with.
    sent.perhapsTaken = false;
    await context.remember({ step: 'begun', spending: sent.spending });
    if (!outcome.error.retryable || tries + 1 >= mostTries) throw outcome.error;
    const waitMs = outcome.waitMs ?? backoffMs(tries, fal.client.timings);
    const message = `${outcome.error.message}; trying again`;
    context.report({ stage: 'queue', fraction: 0, message });
    await sleep(waitMs, undefined, { signal }).catch(() => undefined);
  }
}

/** The request's id, or why it certainly was not taken. Throws where that is not certain. */
async function outcomeOf(
  fal: FalContext,
  row: FalRow,
  request: Record<string, unknown>,
  signal: AbortSignal,
): Promise<string | { error: ModelError; waitMs: number | undefined }> {
  const sending = fal.client.submit(row.id, request, fal.webhookUrl);
  let answer: FalAnswer;
  try {
    answer = await orAborted(sending, signal);
  } catch (error) {
    if (error instanceof ExchangeError) {
      if (error.sent) throw outcomeUnknown(error);
      const unreachable = new ModelError('PROVIDER_UNAVAILABLE', 'fal.ai cannot be reached', { cause: error });
      return { error: unreachable, waitMs: undefined };
    }
    // Cancelled while it was on its way: what it becomes is not waited for, but it shall not run.
    fal.later(cancelWhenTaken(fal, row.id, sending));
    throw error;
  }
  const { status } = answer;
  if (status >= 200 && status < 300) {
    const requestId = requestIdOf(answer);
    if (requestId === undefined) throw outcomeUnknown();
    return requestId;
  }
  if (isUncertain(status)) throw outcomeUnknown(new Error(`fal answered with ${status}`));
  if (status < 400) {
    const moved = 'fal.ai sends requests elsewhere; FAL_QUEUE_URL may be wrong';
    return { error: new ModelError('PROVIDER_UNAVAILABLE', moved, { retryable: false }), waitMs: undefined };
  }
  const { error } = explainFailure(answer);
  if (error.code === 'PROVIDER_KEY_REFUSED') fal.key.refused();
  return { error, waitMs: retryAfterMs(answer) };
}

async function cancelWhenTaken(fal: FalContext, model: string, sending: Promise<FalAnswer>): Promise<void> {
  const requestId = requestIdOf(await sending);
  if (requestId !== undefined) fal.cancelLater({ model, requestId });
}

/** A gateway that fails or gives up does not know what the queue behind it did. */
function isUncertain(status: number): boolean {
  return status >= 500 || status < 200 || status === 408 || status === 409 || status === 425 || status === 499;
}

function requestIdOf({ status, body }: FalAnswer): string | undefined {
  if (status < 200 || status >= 300 || typeof body !== 'object' || body === null) return undefined;
  const id: unknown = 'request_id' in body ? body.request_id : undefined;
  // It becomes part of an address.
  return typeof id === 'string' && /^[\w-]{1,100}$/.test(id) ? id : undefined;
}

function retryAfterMs({ headers }: FalAnswer): number | undefined {
  const header = headers['retry-after'];
  if (typeof header !== 'string' || !/^\d{1,6}$/.test(header.trim())) return undefined;
  return Math.min(longestWaitMs, Number(header) * 1000) + Math.random() * 200;
}

/**
 * Waits for a promise unless the file is no longer ours. A shutdown does not count: an answer that comes a moment later
 * is worth waiting for, since without it nobody knows what became of the request.
 */
async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const stop = (): void => {
    if (signal.reason !== 'shutdown') reject(signal.reason as Error);
  };
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop);
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** Puts the photo where fal's models can fetch it. Repeated at will: nothing is charged for it. */
async function upload(fal: FalContext, input: ModelInput, signal: AbortSignal): Promise<string> {
  const extension = input.contentType.replace(/^image\//, '').replace('jpeg', 'jpg');
  // Not the name that the person gave it: that is nobody else's business.
  const filename = `photo.${extension}`;
  const { contentType, bytes } = input;
  let last: ModelError = unreachableStorage();
  for (let tries = 0; tries < mostTries; tries += 1) {
    if (tries > 0) await sleep(backoffMs(tries - 1, fal.client.timings), undefined, { signal }).catch(() => undefined);
    signal.throwIfAborted();
    try {
      const place = await fal.client.initiateUpload({ contentType, filename }, signal);
      const urls = place.status >= 200 && place.status < 300 ? uploadUrls(place.body) : undefined;
      if (urls === undefined) {
        if (place.status >= 300) last = explainFailure(place).error;
        if (last.code === 'PROVIDER_KEY_REFUSED') {
          fal.key.refused();
          throw keyRefused();
        }
        if (!last.retryable) throw last;
        continue;
      }
      const put = await fal.client.putUpload(urls.uploadUrl, contentType, bytes, signal);
      if (put.status >= 200 && put.status < 300) return urls.fileUrl;
      last = unreachableStorage(new Error(`The storage answered with ${put.status}`));
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof ForbiddenAddressError) {
        throw new ModelError('PROVIDER_REFUSED', 'fal.ai names an address that nothing is sent to', { cause: error });
      }
      if (!(error instanceof ExchangeError)) throw error;
      last = unreachableStorage(error);
    }
  }
  throw last;
}

function unreachableStorage(cause?: unknown): ModelError {
  return new ModelError('PROVIDER_UNAVAILABLE', 'The photo cannot be sent to fal.ai', { cause });
}

function uploadUrls(body: unknown): { uploadUrl: URL; fileUrl: string } | undefined {
  if (typeof body !== 'object' || body === null || !('upload_url' in body) || !('file_url' in body)) return undefined;
  const { upload_url: uploadUrl, file_url: fileUrl } = body;
  if (typeof uploadUrl !== 'string' || typeof fileUrl !== 'string') return undefined;
  return URL.canParse(uploadUrl) && URL.canParse(fileUrl) ? { uploadUrl: new URL(uploadUrl), fileUrl } : undefined;
}
