import { randomUUID } from 'node:crypto';
import { ModelError } from '../errors.ts';
import type { Generated, ModelContext, ModelInput, ModelOptions } from '../contract.ts';
import type { FalHandle } from './client.ts';
import type { FalFailure } from './errors.ts';
import type { FalContext } from './fal.ts';
import { readMemory } from './memory.ts';
import type { Submitted } from './memory.ts';
import { createFalProgress } from './progress.ts';
import type { FalProgress, FalStatus } from './progress.ts';
import { collect, fetchResult } from './result.ts';
import { costOf } from './spending.ts';
import { outcomeUnknown, submit } from './submit.ts';
import type { FalRow } from './table.ts';
import { watch } from './watch.ts';

/** How often the time that has passed is told, in ms. */
const tickMs = 1000;

/**
 * One model from one photo at fal: paid for once. What an earlier attempt began is gone on with; where nobody knows
 * whether it began anything, that is said.
 * @throws ModelError
 */
export async function generate(
  fal: FalContext,
  row: FalRow,
  input: ModelInput,
  options: ModelOptions,
  context: ModelContext,
): Promise<Generated> {
  const memory = readMemory(context.remembered);
  if (memory?.step === 'intent') throw outcomeUnknown();
  const progress = createFalProgress((report) => context.report(report), await fal.typicalSeconds(row.id));
  let submitted = memory?.step === 'submitted' ? memory : undefined;
  if (submitted === undefined) {
    progress.uploading();
    submitted = await submit(fal, row, input, options, context, memory?.spending ?? randomUUID());
  }
  const handle = { model: row.id, requestId: submitted.requestId };
  try {
    const status = await follow(fal, handle, submitted, progress, context.signal);
    progress.fetching();
    const failed = status.error !== undefined;
    const answer = await fetchResult(fal.client, handle, {
      failed,
      signal: context.signal,
      onKeyRefused: fal.key.refused,
    });
    if ('error' in answer) throw await giveUp(fal, submitted, answer, context);
    // A price that fal did not tell when the request was sent may have come since.
    const price = submitted.price ?? fal.spending.knownPrice(row.id);
    const cost = costOf(row, options.options, price, answer.headers['x-fal-billable-units']);
    if (cost.currency === 'USD' && cost.amount !== null) await fal.spending.settle(submitted.spending, cost.amount);
    if (status.seconds !== undefined) fal.ran(row.id, status.seconds);
    const { signal } = context;
    const made = await collect(fal.client, row, answer.body, { signal, faceLimit: options.faceLimit });
    const warnings = [...submitted.warnings, ...(made.statistics.warnings ?? [])];
    const { warnings: _, ...statistics } = made.statistics;
    return { ...made, cost, statistics: { ...statistics, ...(warnings.length > 0 && { warnings }) } };
  } catch (error) {
    // A restart goes on with it; whoever cancelled does not want it.
    if (context.signal.aborted && context.signal.reason === 'cancelled') fal.cancelLater(handle);
    if (error instanceof ModelError && error.code === 'PROVIDER_TIMEOUT' && !error.retryable) fal.cancelLater(handle);
    if (error instanceof ModelError) {
      fal.log.warn({ request_id: handle.requestId, model: row.id, code: error.code }, 'A request at fal.ai failed');
    }
    throw error;
  }
}

async function follow(
  fal: FalContext,
  handle: FalHandle,
  { submittedAt }: Submitted,
  progress: FalProgress,
  signal: AbortSignal,
): Promise<FalStatus> {
  const { told, forget } = fal.webhooks.told(handle.requestId);
  const ticking = setInterval(() => progress.tick(), tickMs);
  try {
    const until = submittedAt + fal.client.timings.patienceMs;
    return await watch(fal.client, handle, {
      signal,
      told,
      until,
      onKeyRefused: fal.key.refused,
      onStatus: (status) => progress.saw(status),
    });
  } finally {
    clearInterval(ticking);
    forget();
  }
}

/** The request has failed for good: what may be tried again is another request, which starts with nothing remembered. */
async function giveUp(
  fal: FalContext,
  { spending }: Submitted,
  { error, charged }: FalFailure,
  context: ModelContext,
): Promise<ModelError> {
  if (charged === 'no') await fal.spending.settle(spending, 0);
  await context.remember(undefined);
  return error;
}
