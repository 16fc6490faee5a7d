import { message } from '@image2model/protocol';
import { ModelError } from '../errors.ts';
import { backOff } from '../remote/backoff.ts';
import { ExchangeError } from '../remote/http.ts';
import { fieldOf } from '../remote/json-client.ts';
import type { Answer } from '../remote/json-client.ts';
import { keyRefused } from '../remote/key-state.ts';
import type { RemoteFailure } from '../remote/remote-job.ts';
import { remoteFile } from '../remote/result-files.ts';
import type { RemoteFile, ResultFiles } from '../remote/result-files.ts';
import type { FalClient, FalHandle } from './client.ts';
import { errorType, explainFailure, falName } from './errors.ts';
import type { FalRow } from './table.ts';

/** Attempts at an answer that was paid for. */
const maxAttempts = 30;
/** The same error must come this often before it counts as the request's own and not as a bad moment of fal's. */
const errorsToBelieve = 4;

interface ResultOptions {
  /** Whether the status said that the request failed. */
  failed: boolean;
  signal: AbortSignal;
  onKeyRefused: () => void;
}

/**
 * The answer of a request that has ended. It is paid for, so whatever may pass is waited out.
 * @returns The model's own JSON with its headers, or why the request failed.
 * @throws ModelError where it cannot be had any more
 */
export async function fetchResult(
  client: FalClient,
  handle: FalHandle,
  { failed, signal, onKeyRefused }: ResultOptions,
): Promise<Answer | RemoteFailure> {
  let alike = 0;
  let lastStatus = 0;
  let cause: unknown;
  let refused: ModelError | undefined;
  for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
    if (attempt > 0) await backOff(attempt - 1, client.timings, signal);
    try {
      const answer = await client.result(handle, signal);
      const { status, body } = answer;
      if (status === 200 && typeof body === 'object' && body !== null) return answer;
      cause = new Error(`fal answered with ${status}`);
      if (status < 400 || status === 429 || status === 408) continue;
      alike = status === lastStatus ? alike + 1 : 1;
      lastStatus = status;
      if (status === 401 || status === 403) {
        if (alike >= errorsToBelieve) onKeyRefused();
        refused = keyRefused(falName);
        continue;
      }
      // In fal's words: still in progress. What said that it has ended may have been ahead of what keeps the result.
      if (status === 400 && !failed && errorType(answer) === undefined) continue;
      const own = status === 422 || status === 400 || status === 499;
      if (status === 404 || status === 410) {
        if (alike >= errorsToBelieve) throw new ModelError('RESULT_INVALID', message('provider.result_gone', fal));
      } else if (own || alike >= (failed ? 1 : errorsToBelieve)) {
        return explainFailure(answer);
      }
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ExchangeError)) throw error;
      cause = error;
    }
  }
  throw refused ?? new ModelError('PROVIDER_UNAVAILABLE', message('provider.result_withheld', fal), { cause });
}

const fal = { provider: falName };

/** The files that an answer names. */
export function filesOf(row: FalRow, body: unknown): ResultFiles {
  return {
    models: row.mesh.flatMap((path) => filesAt(body, path).slice(0, 1)),
    preview: row.preview === undefined ? undefined : filesAt(body, row.preview)[0],
    extras: (row.extras ?? []).map(({ path, name }) => ({ name, files: filesAt(body, path) })),
  };
}

/** Units that fal says it billed; undefined where it does not. */
export function billedUnits({ headers }: Answer): number | undefined {
  const header = headers['x-fal-billable-units'];
  return typeof header === 'string' && /^\d{1,9}(\.\d{1,9})?$/.test(header.trim()) ? Number(header) : undefined;
}

/** The files at a path of an answer: one, several where there is a list, none where there is something else. */
function filesAt(body: unknown, path: string): RemoteFile[] {
  let value = body;
  for (const part of path.split('.')) value = fieldOf(value, part);
  return (Array.isArray(value) ? value : [value]).flatMap((file: unknown) => {
    const url = fieldOf(file, 'url');
    return typeof url === 'string' ? [remoteFile(url, fieldOf(file, 'file_name'))] : [];
  });
}
