import { openAsBlob } from 'node:fs';
import { ApiService, retryOperation } from '@image2model/client';
import type { Cuts, Failure } from '@image2model/client';
import { toMessage } from '@image2model/protocol';
import type { CutsOutcome, CutsReporter, WrittenCut } from './cuts-reporter.ts';
import { exitCodes, reasonOf, ServerError } from './exit.ts';
import type { ExitCode } from './exit.ts';
import type { Input } from './inputs.ts';
import { saveMask } from './mask-output.ts';
import type { UsableServer } from './private-server.ts';
import { requestError } from './request-error.ts';
import { cliMessage } from './texts.ts';

interface CutsOptions {
  inputs: readonly Input[];
  server: UsableServer;
  /** Where the masks go. */
  directory: string;
  /** Replace files that are there. */
  force: boolean;
  report: CutsReporter;
  signal: AbortSignal;
}

/**
 * Asks for the cut-outs of each photo, and writes their masks. Resolves with the exit code once each input has been
 * reported as ended.
 * @throws ServerError if the server cannot be used at all
 */
export async function cutOut(options: CutsOptions): Promise<ExitCode> {
  const { inputs, report, signal } = options;
  const counts = { completed: 0, failed: 0, cancelled: 0 };
  let failure: unknown;
  for (const input of inputs) {
    let outcome: CutsOutcome = { status: 'cancelled' };
    try {
      if (failure !== undefined) throw failure;
      if (!signal.aborted) outcome = await cutOne(input, options);
    } catch (error) {
      failure = error;
      outcome = { status: 'failed', code: 'NOT_DONE', error: reasonOf(error) };
    }
    counts[outcome.status] += 1;
    report.end(input, outcome);
  }
  report.finish({ total: inputs.length, ...counts });
  if (signal.aborted) return exitCodes.interrupted;
  if (failure !== undefined) throw failure;
  return counts.failed === 0 ? exitCodes.made : exitCodes.someFailed;
}

async function cutOne(input: Input, options: CutsOptions): Promise<CutsOutcome> {
  const { server, signal } = options;
  const api = new ApiService({ baseUrl: server.baseUrl, apiKey: server.apiKey });
  const file = await openAsBlob(input.path);
  const cuts = await retryOperation(() => api.cuts(file, { signal }), { retries: 2, signal });
  if (signal.aborted) return { status: 'cancelled' };
  return cuts.success ? await writeMasks(input, cuts, options) : refusalOf(cuts);
}

async function writeMasks(input: Input, { candidates }: Cuts, { directory, force }: CutsOptions): Promise<CutsOutcome> {
  const cuts: WrittenCut[] = [];
  for (const { id, method, score, mask: address, message, ...ref } of candidates) {
    const bytes = bytesOf(address);
    // The id becomes a part of a file's name.
    if (bytes === undefined || !/^[a-z]{1,32}$/.test(id)) {
      throw new ServerError(cliMessage('cli.foreign_answer', { status: 200 }));
    }
    try {
      const mask = await saveMask({ directory, force, photo: input.name, id, bytes });
      cuts.push({ method, score, mask, note: message === undefined ? undefined : toMessage(message, ref) });
    } catch (error) {
      return { status: 'failed', code: 'NOT_WRITTEN', error: reasonOf(error) };
    }
  }
  return { status: 'completed', cuts };
}

/** The PNG in a `data:` address. */
function bytesOf(address: string): Buffer | undefined {
  const [, encoded] = /^data:image\/png;base64,([\w+/=]+)$/.exec(address) ?? [];
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64');
}

/** Why a photo has no cut-outs. @throws where that is not due to the photo */
function refusalOf(failure: Failure): CutsOutcome {
  const { code, status, messageId, messageValues } = failure;
  if (code === 'NOT_FOUND') throw new ServerError(cliMessage('cli.no_cuts'));
  if ([413, 415, 422, 500].includes(status)) {
    // Of a file the answer names its reason alone as well.
    const [item] = failure.errors;
    const whole = { text: failure.error, id: messageId, values: messageValues };
    return { status: 'failed', code, error: item?.filename === undefined ? whole : toMessage(item.detail, item) };
  }
  throw requestError(failure);
}
