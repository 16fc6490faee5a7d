import { setTimeout as sleep } from 'node:timers/promises';
import { message } from '@image2model/protocol';
import { ModelError } from '../errors.ts';
import type { ModelContext, ModelInput, ModelOptions } from '../contract.ts';
import { abandonJob } from './abandon.ts';
import { backoffMs } from './backoff.ts';
import type { Submitted } from './journal.ts';
import type { RemoteReports } from './progress.ts';
import type { SubmitOutcome } from './remote-job.ts';
import type { RemoteModel } from './remote-model.ts';

/** Attempts to send a request that certainly was not accepted. */
const maxSubmits = 6;

/** One photo on its way to a provider. */
export interface Photo {
  /** Names its job, and the money that is set aside for it. */
  ourId: string;
  input: ModelInput;
  options: ModelOptions;
  context: ModelContext;
  reports: RemoteReports;
}

/**
 * Sends a request for one photo: once. The intent is written before, the id right after; a request that may have been
 * accepted although no id came back is not sent again, by anybody.
 * @throws ModelError
 */
export async function submitOnce(remote: RemoteModel, photo: Photo): Promise<Submitted> {
  const { ourId, context, options } = photo;
  const { job, ledger, id: model } = remote;
  remote.key.check();
  const { units, warnings } = job.plan(options);
  const price = await ledger.priceOf(model);
  await context.remember({ step: 'begun', ourId });
  const request = await job.prepare(photo.input, options, context.signal);
  await ledger.reserve(ourId, model, units, price);
  const sending = { maybeAccepted: false };
  try {
    const jobId = await send(remote, photo, request, sending);
    const submittedAt = Date.now();
    const submitted: Submitted = { step: 'submitted', ourId, jobId, submittedAt, price, warnings: [...warnings] };
    await rememberOrAbandon(remote, context, submitted);
    return submitted;
  } catch (error) {
    // What was perhaps accepted may cost what it was to cost.
    if (sending.maybeAccepted) throw error;
    // First the name of the money and then the money, or the next request could go by money that is back already.
    await context.remember(undefined).catch(() => undefined);
    await ledger.settle(ourId, 0);
    throw error;
  }
}

/** Nobody can say whether this request was accepted. `provider` is its display name. */
export function outcomeUnknown(provider: string, cause?: unknown): ModelError {
  return new ModelError('SUBMIT_OUTCOME_UNKNOWN', message('provider.outcome_unknown', { provider }), { cause });
}

/** The id of the job that was accepted. */
async function send(
  remote: RemoteModel,
  { ourId, context, reports }: Photo,
  request: unknown,
  sending: { maybeAccepted: boolean },
): Promise<string> {
  const { signal } = context;
  for (let retries = 0; ; retries += 1) {
    signal.throwIfAborted();
    remote.key.check();
    await context.remember({ step: 'intent', ourId });
    sending.maybeAccepted = true;
    const outcome = await certain(remote, ourId, await remote.job.submit(request, ourId));
    if (outcome.outcome === 'accepted') return outcome.jobId;
    sending.maybeAccepted = false;
    await context.remember({ step: 'begun', ourId });
    const { error, retryAfterMs = backoffMs(retries, remote.timings) } = outcome;
    if (!error.retryable || retries + 1 >= maxSubmits) throw error;
    reports.resubmitting();
    await sleep(retryAfterMs, undefined, { signal }).catch(() => undefined);
  }
}

/** Has the provider say what became of a request, where it can. */
async function certain(
  { job, provider }: RemoteModel,
  ourId: string,
  outcome: SubmitOutcome,
): Promise<Exclude<SubmitOutcome, { outcome: 'unknown' }>> {
  if (outcome.outcome !== 'unknown') return outcome;
  if (job.find === undefined) throw outcomeUnknown(provider.name, outcome.cause);
  const jobId = await job.find(ourId);
  if (jobId !== undefined) return { outcome: 'accepted', jobId };
  const said = message('provider.unreachable', { provider: provider.name });
  return { outcome: 'refused', error: new ModelError('PROVIDER_UNAVAILABLE', said, { cause: outcome.cause }) };
}

/** A job that is under way and that nobody will ask for is left for a cleanup. */
async function rememberOrAbandon(remote: RemoteModel, context: ModelContext, submitted: Submitted): Promise<void> {
  const { signal } = context;
  try {
    // A shutdown does not count: the next start goes on with it.
    if (signal.aborted && signal.reason !== 'shutdown') throw signal.reason;
    await context.remember(submitted);
  } catch (error) {
    await abandonJob(remote, context, submitted).catch(() => undefined);
    throw error;
  }
}
