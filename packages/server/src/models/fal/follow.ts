import { message } from '@image2model/protocol';
import { ModelError } from '../errors.ts';
import { backOff } from '../remote/backoff.ts';
import { ExchangeError } from '../remote/http.ts';
import { keyRefused } from '../remote/key-state.ts';
import type { FollowOptions } from '../remote/remote-job.ts';
import type { FalClient, FalHandle } from './client.ts';
import { falName } from './errors.ts';
import { progressOf, readStatus } from './status.ts';
import type { FalStatus } from './status.ts';

interface FalFollowOptions extends FollowOptions {
  /** Called each time that fal refuses our key. */
  onKeyRefused: () => void;
}

/** After this many streams in a row that brought nothing, fal is polled instead. */
const maxBarrenStreams = 3;
/** After this many answers in a row that could not be read it is asked without the log, which may be too long. */
const maxPollsWithLogs = 4;
/** fal must say this often in a row that it does not know a request before that is believed. */
const unknownToBelieve = 5;
/** It must refuse our key this often in a row before a request that is paid for is given up … */
const maxRefusals = 30;
/** … and this often before all files hear of it: one refusal may be a gateway's. */
const refusalsToBelieve = 3;

/**
 * Follows a request to its end: by the status stream, by polling where that breaks, at once where a webhook reports it.
 * An outage is waited out, since the request is paid for and goes on without us.
 * @throws ModelError where fal does not know the request any more, and the signal's reason
 */
export async function follow(client: FalClient, handle: FalHandle, options: FalFollowOptions): Promise<FalStatus> {
  const { signal } = options;
  const wake = new AbortController();
  void options.ended.then(() => wake.abort());
  const counts = { barren: 0, refused: 0, unknown: 0, polls: 0 };
  const hasEnded = (status: FalStatus): boolean => {
    counts.polls = 0;
    options.onProgress(progressOf(status));
    return status.status === 'COMPLETED';
  };

  for (;;) {
    signal.throwIfAborted();
    if (counts.barren < maxBarrenStreams && !wake.signal.aborted) {
      const seen = await followStream(client, handle, AbortSignal.any([signal, wake.signal]), hasEnded);
      if (seen.ended !== undefined) return seen.ended;
      counts.barren = seen.any ? 0 : counts.barren + 1;
      signal.throwIfAborted();
    }
    const isReported = wake.signal.aborted;
    // However the stream ended: what counts is what fal says now.
    const status = await poll(client, handle, options, counts);
    if (status !== undefined && hasEnded(status)) return status;
    // The report ends one wait. From then on fal is polled now and then until it agrees.
    const waking = isReported ? signal : AbortSignal.any([signal, wake.signal]);
    await backOff(counts.polls, client.timings, waking).catch(() => undefined);
    counts.polls += 1;
  }
}

async function followStream(
  client: FalClient,
  handle: FalHandle,
  signal: AbortSignal,
  hasEnded: (status: FalStatus) => boolean,
): Promise<{ ended?: FalStatus; any: boolean }> {
  let any = false;
  try {
    for await (const value of client.statusStream(handle, signal)) {
      const status = readStatus(value);
      if (status === undefined) continue;
      any = true;
      if (hasEnded(status)) return { ended: status, any };
    }
  } catch (error) {
    if (!(error instanceof ExchangeError)) throw error;
  }
  return { any };
}

async function poll(
  client: FalClient,
  handle: FalHandle,
  options: FalFollowOptions,
  counts: { refused: number; unknown: number; polls: number },
): Promise<FalStatus | undefined> {
  try {
    const answer = await client.status(handle, { signal: options.signal, logs: counts.polls < maxPollsWithLogs });
    const { status } = answer;
    const refused = status === 401 || status === 403;
    counts.refused = refused ? counts.refused + 1 : 0;
    if (counts.refused >= refusalsToBelieve) options.onKeyRefused();
    counts.unknown = status === 404 ? counts.unknown + 1 : 0;
    if (counts.refused >= maxRefusals) throw keyRefused(falName);
    if (counts.unknown >= unknownToBelieve) {
      throw new ModelError('RESULT_INVALID', message('provider.unknown_job', { provider: falName }));
    }
    return status === 200 || status === 202 ? readStatus(answer.body) : undefined;
  } catch (error) {
    if (!(error instanceof ExchangeError)) throw error;
    return undefined;
  }
}
