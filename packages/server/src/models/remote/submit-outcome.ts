import { message } from '@image2model/protocol';
import { ModelError } from '../errors.ts';
import { ExchangeError } from './http.ts';
import { isOk } from './json-client.ts';
import type { Answer } from './json-client.ts';
import type { SubmitOutcome } from './remote-job.ts';

interface Reading {
  /** The provider's display name. */
  provider: string;
  /** The job's id in an answer that accepts it. */
  jobIdOf: (answer: Answer) => string | undefined;
  /** What an answer that refuses it means. */
  explain: (answer: Answer) => ModelError;
}

/** A provider may ask to wait this long before a request is sent again, in ms. */
const maxRetryAfterMs = 60_000;

/** What an HTTP answer says about whether a job was accepted. */
export async function submitOutcome(sending: Promise<Answer>, reading: Reading): Promise<SubmitOutcome> {
  const { provider, jobIdOf, explain } = reading;
  let answer: Answer;
  try {
    answer = await sending;
  } catch (error) {
    if (!(error instanceof ExchangeError)) throw error;
    if (error.sent) return { outcome: 'unknown', cause: error };
    const said = message('provider.unreachable', { provider });
    return { outcome: 'refused', error: new ModelError('PROVIDER_UNAVAILABLE', said, { cause: error }) };
  }
  const { status } = answer;
  if (isOk(answer)) {
    const jobId = jobIdOf(answer);
    return jobId === undefined ? { outcome: 'unknown' } : { outcome: 'accepted', jobId };
  }
  if (isUncertain(status)) return { outcome: 'unknown', cause: new Error(`${provider} answered with ${status}`) };
  if (status < 400) {
    const moved = message('provider.moved', { provider });
    return { outcome: 'refused', error: new ModelError('PROVIDER_UNAVAILABLE', moved, { retryable: false }) };
  }
  return { outcome: 'refused', error: explain(answer), retryAfterMs: retryAfterMs(answer) };
}

/** A gateway that fails or gives up does not know what the queue behind it did. */
function isUncertain(status: number): boolean {
  return status >= 500 || status < 200 || status === 408 || status === 409 || status === 425 || status === 499;
}

function retryAfterMs({ headers }: Answer): number | undefined {
  const header = headers['retry-after'];
  if (typeof header !== 'string' || !/^\d{1,6}$/.test(header.trim())) return undefined;
  return Math.min(maxRetryAfterMs, Number(header) * 1000) + Math.random() * 200;
}
