import { setTimeout as sleep } from 'node:timers/promises';
import { ModelError } from '../errors.ts';
import type { FalClient, FalHandle } from './client.ts';
import { keyRefused } from './errors.ts';
import { ExchangeError } from '../remote/http.ts';
import { readStatus } from './progress.ts';
import type { FalStatus } from './progress.ts';
import { backoffMs } from '../remote/timings.ts';

interface WatchOptions {
  signal: AbortSignal;
  onStatus: (status: FalStatus) => void;
  /** Resolves when somebody says that the request has ended: a webhook. */
  told: Promise<void>;
  /** Called each time that fal refuses our key. */
  onKeyRefused: () => void;
  /** When to give up, ms since the epoch. */
  until: number;
}

/** So many streams in a row that brought nothing, and it is asked for instead. */
const mostBarrenStreams = 3;
/** After so many answers in a row that could not be read it is asked without the log, which may be too long. */
const triesWithLogs = 4;
/** So often in a row fal must say that it does not know a request before that is believed. */
const mostUnknown = 5;
/** So often in a row it must refuse our key before a request that is paid for is given up. */
const mostRefusals = 30;
/** And so often before all files are told: one refusal may be a gateway's. */
const refusalsToTell = 3;

/**
 * Follows a request to its end: by the status stream, by asking where that breaks, at once where a webhook tells. An
 * outage is waited out, since the request is paid for and goes on without us.
 * @throws ModelError where fal does not know the request any more, and the signal's reason.
 */
export async function watch(client: FalClient, handle: FalHandle, options: WatchOptions): Promise<FalStatus> {
  const { signal, onStatus, until } = options;
  const wake = new AbortController();
  void options.told.then(() => wake.abort());
  const counts = { barren: 0, refused: 0, unknown: 0, tries: 0 };
  const see = (status: FalStatus): boolean => {
    counts.tries = 0;
    onStatus(status);
    return status.status === 'COMPLETED';
  };

  for (;;) {
    signal.throwIfAborted();
    if (Date.now() > until)
      throw new ModelError('PROVIDER_TIMEOUT', 'fal.ai did not finish in time', { retryable: false });
    if (counts.barren < mostBarrenStreams && !wake.signal.aborted) {
      const either = AbortSignal.any([signal, wake.signal, AbortSignal.timeout(Math.max(1, until - Date.now()))]);
      const seen = await follow(client, handle, either, see);
      if (seen.ended !== undefined) return seen.ended;
      counts.barren = seen.any ? 0 : counts.barren + 1;
      signal.throwIfAborted();
    }
    // However the stream ended: what counts is what fal says now.
    const status = await ask(client, handle, options, counts);
    if (status !== undefined && see(status)) return status;
    const pause = AbortSignal.any([signal, wake.signal]);
    await sleep(backoffMs(counts.tries, client.timings), undefined, { signal: pause }).catch(() => undefined);
    // Told once, it is looked at now and then until fal agrees.
    if (wake.signal.aborted)
      await sleep(backoffMs(counts.tries, client.timings), undefined, { signal }).catch(() => undefined);
    counts.tries += 1;
  }
}

async function follow(
  client: FalClient,
  handle: FalHandle,
  signal: AbortSignal,
  see: (status: FalStatus) => boolean,
): Promise<{ ended?: FalStatus; any: boolean }> {
  let any = false;
  try {
    for await (const value of client.statusStream(handle, signal)) {
      const status = readStatus(value);
      if (status === undefined) continue;
      any = true;
      if (see(status)) return { ended: status, any };
    }
  } catch (error) {
    if (!(error instanceof ExchangeError)) throw error;
  }
  return { any };
}

async function ask(
  client: FalClient,
  handle: FalHandle,
  options: WatchOptions,
  counts: { refused: number; unknown: number; tries: number },
): Promise<FalStatus | undefined> {
  try {
    const answer = await client.status(handle, { signal: options.signal, logs: counts.tries < triesWithLogs });
    const { status } = answer;
    const refused = status === 401 || status === 403;
    counts.refused = refused ? counts.refused + 1 : 0;
    if (counts.refused >= refusalsToTell) options.onKeyRefused();
    counts.unknown = status === 404 ? counts.unknown + 1 : 0;
    if (counts.refused >= mostRefusals) throw keyRefused();
    if (counts.unknown >= mostUnknown) {
      throw new ModelError('RESULT_INVALID', 'fal.ai does not know this request any more');
    }
    return status === 200 || status === 202 ? readStatus(answer.body) : undefined;
  } catch (error) {
    if (!(error instanceof ExchangeError)) throw error;
    return undefined;
  }
}
