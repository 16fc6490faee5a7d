import { errorDefinitions, message } from '@image2model/protocol';
import type { ErrorCode, Message } from '@image2model/protocol';
import { ModelError } from '../errors.ts';
import { fieldOf } from '../remote/json-client.ts';
import type { Answer } from '../remote/json-client.ts';
import type { RemoteFailure } from '../remote/remote-job.ts';
import { errorOfStatus } from '../remote/status-error.ts';

/** fal, as people read it. */
export const falName = 'fal.ai';
const fal = { provider: falName };

interface Meaning {
  code: ErrorCode;
  said: Message;
  /** Whether the very same request may succeed later, where fal says nothing or agrees. By default as its code has it. */
  retryable?: boolean;
}

const lostMachine: Meaning = { code: 'PROVIDER_UNAVAILABLE', said: message('provider.lost_machine', fal) };
const modelFailed: Meaning = { code: 'GENERATION_FAILED', said: message('provider.model_failed', fal) };

/** fal's errors of a request: its own infrastructure failed. fal does not charge for these. */
const requestErrors: Readonly<Record<string, Meaning>> = {
  request_timeout: { code: 'PROVIDER_TIMEOUT', said: message('provider.run_timeout', fal) },
  startup_timeout: { code: 'PROVIDER_TIMEOUT', said: message('provider.start_timeout', fal) },
  runner_scheduling_failure: { code: 'PROVIDER_BUSY', said: message('provider.no_machine', fal) },
  runner_connection_timeout: lostMachine,
  runner_connection_refused: lostMachine,
  runner_connection_error: lostMachine,
  runner_disconnected: lostMachine,
  runner_incomplete_response: lostMachine,
  runner_server_error: modelFailed,
  internal_error: { code: 'GENERATION_FAILED', said: message('provider.internal_error', fal) },
  client_disconnected: { code: 'PROVIDER_UNAVAILABLE', said: message('provider.lost_connection', fal) },
  client_cancelled: { code: 'GENERATION_FAILED', said: message('provider.job_cancelled', fal), retryable: false },
  bad_request: { code: 'PROVIDER_REFUSED', said: message('provider.refused', fal) },
};

/** fal's errors of a model: it did not like what it was given, or made nothing of it. */
const modelErrors: Readonly<Record<string, Meaning>> = {
  content_policy_violation: { code: 'CONTENT_REFUSED', said: message('provider.content_refused', fal) },
  image_too_small: { code: 'IMAGE_TOO_SMALL', said: message('provider.image_too_small') },
  image_too_large: { code: 'IMAGE_TOO_MANY_PIXELS', said: message('provider.image_too_large') },
  file_too_large: { code: 'FILE_TOO_LARGE', said: message('provider.file_too_large') },
  image_load_error: { code: 'IMAGE_UNDECODABLE', said: message('provider.image_unreadable') },
  unsupported_image_format: { code: 'UNSUPPORTED_IMAGE_TYPE', said: message('provider.image_type') },
  no_media_generated: { code: 'GENERATION_FAILED', said: message('provider.nothing_made') },
  file_download_error: { code: 'PROVIDER_UNAVAILABLE', said: message('provider.photo_not_fetched') },
  generation_timeout: { code: 'PROVIDER_TIMEOUT', said: message('provider.model_timeout') },
  internal_server_error: modelFailed,
  downstream_service_error: { code: 'GENERATION_FAILED', said: message('provider.service_failed') },
  downstream_service_unavailable: { code: 'PROVIDER_UNAVAILABLE', said: message('provider.service_silent') },
};

/**
 * Puts an error answer of fal into our words. Nothing of fal's own text is in them: it may be anything. fal charges
 * nothing where it failed itself, perhaps something where the model did.
 */
export function explainFailure(answer: Answer): RemoteFailure {
  const { status, headers } = answer;
  const says = String(headers['x-fal-retryable'] ?? '').toLowerCase();
  const { code, said, retryable = errorDefinitions[code].retryable } = meaningOf(answer);
  // A model's error is retried only where fal says that it may; its infrastructure's, unless fal says that it may not.
  const agrees = status === 422 ? says === 'true' : says !== 'false';
  return {
    error: new ModelError(code, said, { retryable: retryable && agrees }),
    charged: status === 422 ? 'perhaps' : 'no',
  };
}

/** fal's own word for why a request failed, if it gave one. */
export function errorType({ headers, body }: Pick<Answer, 'headers' | 'body'>): string | undefined {
  const header = headers['x-fal-error-type'];
  if (typeof header === 'string' && header !== '') return header;
  const named = fieldOf(body, 'error_type');
  return typeof named === 'string' && named !== '' ? named : undefined;
}

function meaningOf(answer: Answer): Meaning {
  const { status, body } = answer;
  // About the key, its credit or its limits, whatever the body says.
  if ([401, 402, 403, 429].includes(status)) return errorOfStatus(falName, status);
  const type = errorType(answer);
  const known = type === undefined ? undefined : (own(requestErrors, type) ?? own(modelErrors, type));
  if (known !== undefined) return known;
  const problems: unknown = fieldOf(body, 'detail');
  if (Array.isArray(problems)) return meaningOfProblems(problems);
  if (status === 404) return { code: 'PROVIDER_REFUSED', said: message('provider.model_withdrawn', fal) };
  return errorOfStatus(falName, status);
}

/** The first problem that has a meaning of its own; options that the validator dislikes otherwise. */
function meaningOfProblems(problems: readonly unknown[]): Meaning {
  for (const problem of problems.slice(0, 20)) {
    const type = fieldOf(problem, 'type');
    const known = typeof type === 'string' ? own(modelErrors, type) : undefined;
    if (known !== undefined) return known;
  }
  const fields = problems.slice(0, 5).flatMap((problem) => {
    const place = fieldOf(problem, 'loc');
    const field: unknown = Array.isArray(place) ? place.at(-1) : undefined;
    return typeof field === 'string' && /^[a-z_]{1,40}$/i.test(field) && field !== 'body' ? [field] : [];
  });
  const said =
    fields.length > 0
      ? message('provider.fields_refused', { fields: [...new Set(fields)].join(', ') })
      : message('provider.input_refused');
  return { code: 'PROVIDER_REFUSED', said };
}

function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
