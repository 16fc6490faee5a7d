import { randomUUID } from 'node:crypto';
import { message, messageRef } from '@image2model/protocol';
import { ModelError } from '../errors.ts';
import type { Generated, Model, ModelContext, ModelInput, ModelOptions } from '../contract.ts';
import { abandonJob } from './abandon.ts';
import { collect } from './collect.ts';
import { readJournal } from './journal.ts';
import type { JournalEntry, Submitted } from './journal.ts';
import { costOf } from './ledger.ts';
import { createReports } from './progress.ts';
import type { RemoteReports } from './progress.ts';
import type { RemoteFailure, RemoteJob, RemoteResult } from './remote-job.ts';
import type { RemoteModel } from './remote-model.ts';
import { outcomeUnknown, submitOnce } from './submit.ts';

/** How often the time that has passed is reported, in ms. */
const tickMs = 1000;

/** The parts of a {@link Model} that are the same for every provider. */
export function remoteWork(remote: RemoteModel): Required<Pick<Model, 'generate' | 'cancel'>> {
  return {
    generate: (input, options, context) => runRemoteJob(remote, input, options, context),
    cancel: (remembered) => cancelRemoteJob(remote.job, remembered),
  };
}

/** Cancels a job by what its attempt stored; an intent only where the provider can say what became of it. */
async function cancelRemoteJob(job: RemoteJob, remembered: unknown): Promise<void> {
  const entry = readJournal(remembered);
  if (entry === undefined || entry.step === 'begun') return;
  const jobId = entry.step === 'submitted' ? entry.jobId : await job.find?.(entry.ourId);
  if (jobId !== undefined) await job.cancel?.(jobId);
}

/**
 * One model from one photo at a provider: paid for once. What an earlier attempt began is resumed; where nobody knows
 * whether it began anything, that is said.
 * @throws ModelError
 */
async function runRemoteJob(
  remote: RemoteModel,
  input: ModelInput,
  options: ModelOptions,
  context: ModelContext,
): Promise<Generated> {
  const { provider } = remote;
  const typicalSeconds = await remote.typicalSeconds(remote.id);
  const reports = createReports({ provider: provider.name, report: (each) => context.report(each), typicalSeconds });
  const submitted = await resumeOrSubmit(remote, input, options, context, reports);
  try {
    const ending = await follow(remote, submitted, reports, context);
    reports.fetching();
    const result = await remote.job.result(submitted.jobId, ending, context.signal);
    if ('error' in result) throw await giveUp(remote, submitted, result, context);
    const cost = await settle(remote, options, submitted, result);
    return { ...(await fetchAll(remote, result, submitted, options, context.signal)), cost };
  } catch (error) {
    if (error instanceof ModelError) {
      const named = { provider: provider.id, request_id: submitted.jobId, model: remote.id, code: error.code };
      remote.log.warn(named, 'A job at a provider failed');
    }
    throw error;
  }
}

async function resumeOrSubmit(
  remote: RemoteModel,
  input: ModelInput,
  options: ModelOptions,
  context: ModelContext,
  reports: RemoteReports,
): Promise<Submitted> {
  const earlier = await resolveIntent(remote, readJournal(context.remembered), options);
  if (earlier?.step === 'submitted') return earlier;
  reports.uploading();
  return await submitOnce(remote, { ourId: earlier?.ourId ?? randomUUID(), input, options, context, reports });
}

/** Says what became of an intent, by asking the provider where it can be asked. */
async function resolveIntent(
  { job, provider, id, ledger }: RemoteModel,
  entry: JournalEntry | undefined,
  options: ModelOptions,
): Promise<Exclude<JournalEntry, { step: 'intent' }> | undefined> {
  if (entry?.step !== 'intent') return entry;
  const { ourId } = entry;
  if (job.find === undefined || ourId === '') throw outcomeUnknown(provider.name);
  const jobId = await job.find(ourId);
  if (jobId === undefined) return { step: 'begun', ourId };
  const warnings = [...job.plan(options).warnings];
  return { step: 'submitted', ourId, jobId, submittedAt: Date.now(), price: ledger.knownPrice(id), warnings };
}

/** Follows the job to its end. One that takes too long is left for a cleanup, which cancels it. */
async function follow(
  remote: RemoteModel,
  submitted: Submitted,
  reports: RemoteReports,
  context: ModelContext,
): Promise<unknown> {
  const { job, endings, timings, provider } = remote;
  const { jobId, submittedAt } = submitted;
  const patience = new AbortController();
  const { ended, forget } = endings.wait(jobId);
  const ticking = setInterval(() => reports.tick(), tickMs);
  const deadline = setTimeout(() => patience.abort(), patienceLeftMs(submittedAt, timings.patienceMs));
  try {
    const signal = AbortSignal.any([context.signal, patience.signal]);
    return await job.follow(jobId, { signal, ended, onProgress: (progress) => reports.update(progress) });
  } catch (error) {
    if (!patience.signal.aborted || error !== patience.signal.reason) throw error;
    await abandonJob(remote, context, submitted);
    const said = message('provider.not_finished', { provider: provider.name });
    throw new ModelError('PROVIDER_TIMEOUT', said, { retryable: false });
  } finally {
    clearTimeout(deadline);
    clearInterval(ticking);
    forget();
  }
}

/**
 * How long a job may still take. Where the wall clock was set since its submit that says little, so an attempt has a
 * quarter of the patience at least, and all of it at most: what is paid for is not cancelled for a wrong clock.
 */
export function patienceLeftMs(submittedAt: number, patienceMs: number, now = Date.now()): number {
  return Math.min(patienceMs, Math.max(patienceMs / 4, submittedAt + patienceMs - now));
}

/** The job has failed for good: what may be retried is another job, which starts with nothing remembered. */
async function giveUp(
  { ledger }: RemoteModel,
  { ourId }: Submitted,
  { error, charged }: RemoteFailure,
  context: ModelContext,
): Promise<ModelError> {
  if (charged === 'no') await ledger.settle(ourId, 0);
  await context.remember(undefined);
  return error;
}

/** Replaces what was set aside by what the job came to, where that is known in the same currency. */
async function settle(
  { id, job, ledger, currency }: RemoteModel,
  options: ModelOptions,
  submitted: Submitted,
  { billedUnits }: RemoteResult,
): Promise<NonNullable<Generated['cost']>> {
  // A price that the provider did not say when the request was sent may have come since.
  const price = submitted.price ?? ledger.knownPrice(id);
  const cost = costOf(billedUnits ?? job.plan(options).units, price, currency);
  const reserved = submitted.price?.currency ?? currency;
  if (cost.currency === reserved && cost.amount !== null) await ledger.settle(submitted.ourId, cost.amount);
  return cost;
}

async function fetchAll(
  { provider, guard, measure, timings }: RemoteModel,
  { files }: RemoteResult,
  submitted: Submitted,
  { faceLimit }: ModelOptions,
  signal: AbortSignal,
): Promise<Omit<Generated, 'cost'>> {
  const { faces, vertices, warnings, ...fetched } = await collect(files, {
    provider: provider.name,
    guard,
    timings,
    signal,
    faceLimit,
  });
  const all = [...submitted.warnings, ...warnings];
  const said = { warnings: all.map(({ text }) => text), warning_messages: all.map(messageRef) };
  const measured = await measure(fetched.glb, signal);
  return { ...fetched, statistics: { faces, vertices, ...measured, ...(all.length > 0 && said) } };
}
