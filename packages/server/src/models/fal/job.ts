import type { ModelOptions } from '../contract.ts';
import { fieldOf } from '../remote/json-client.ts';
import type { Answer } from '../remote/json-client.ts';
import type { KeyState } from '../remote/key-state.ts';
import type { RemoteJob } from '../remote/remote-job.ts';
import { submitOutcome } from '../remote/submit-outcome.ts';
import type { FalClient } from './client.ts';
import { explainFailure, falName } from './errors.ts';
import { follow } from './follow.ts';
import { billedUnits, fetchResult, filesOf } from './result.ts';
import type { FalStatus } from './status.ts';
import type { FaceBudget, FalRow } from './table.ts';
import { upload } from './upload.ts';

interface FalJobOptions {
  client: FalClient;
  key: KeyState;
  /** Where fal reports endings; null where it reports none. */
  webhookUrl: string | null;
}

/** One of fal's models as a remote job. fal cannot look a request up by an id of ours, and so it has no `find`. */
export function createFalJob(
  row: FalRow,
  { client, key, webhookUrl }: FalJobOptions,
): RemoteJob<Record<string, unknown>, FalStatus> {
  const handle = (requestId: string) => ({ model: row.id, requestId });
  const onKeyRefused = (): void => key.refused();
  return {
    plan({ options, faceLimit }) {
      const { warning } = faceBudget(row, { options, faceLimit });
      return { units: row.units?.(options) ?? 1, warnings: warning === undefined ? [] : [warning] };
    },
    async prepare({ pictures: [picture] }, options, signal) {
      const url = await upload(client, picture, signal).catch((error: unknown) => noticeRefusal(error, key));
      return {
        ...options.options,
        ...faceBudget(row, options).input,
        ...row.fixed,
        [row.image]: row.imageList === true ? [url] : url,
      };
    },
    async submit(request) {
      const sending = client.submit(row.id, request, webhookUrl);
      const outcome = await submitOutcome(sending, { provider: falName, jobIdOf, explain });
      if (outcome.outcome === 'refused' && outcome.error.code === 'PROVIDER_KEY_REFUSED') key.refused();
      return outcome;
    },
    follow: (requestId, options) => follow(client, handle(requestId), { ...options, onKeyRefused }),
    async result(requestId, { failed }, signal) {
      const answer = await fetchResult(client, handle(requestId), { failed, signal, onKeyRefused });
      if ('error' in answer) return answer;
      return { files: filesOf(row, answer.body), billedUnits: billedUnits(answer) };
    },
    async cancel(requestId) {
      const { status } = await client.cancel(handle(requestId));
      // 202: it is asked to stop. 400 and 404: nothing is left to cancel. A refused key may be put right.
      const again = status >= 500 || status < 200 || [401, 402, 403, 408, 425, 429].includes(status);
      if (again) throw new Error(`fal answered a cancel with ${status}`);
    },
  };
}

function faceBudget(row: FalRow, { options, faceLimit }: ModelOptions): FaceBudget {
  return (faceLimit === null ? undefined : row.faces?.(faceLimit, options)) ?? { input: {} };
}

function explain(answer: Answer) {
  return explainFailure(answer).error;
}

function noticeRefusal(error: unknown, key: KeyState): never {
  if (error instanceof Error && 'code' in error && error.code === 'PROVIDER_KEY_REFUSED') key.refused();
  throw error;
}

function jobIdOf({ body }: Answer): string | undefined {
  const id = fieldOf(body, 'request_id');
  // It becomes part of an address.
  return typeof id === 'string' && /^[\w-]{1,100}$/.test(id) ? id : undefined;
}
