import { json } from '../answers.ts';
import type { Answer } from '../answers.ts';
import type { FaultKind } from '../types.ts';

/** fal's errors of a request, with the status that it documents for each. */
export const requestErrorStatus: Readonly<Record<string, number>> = {
  request_timeout: 504,
  startup_timeout: 504,
  runner_scheduling_failure: 503,
  runner_connection_timeout: 503,
  runner_connection_refused: 503,
  runner_connection_error: 503,
  runner_disconnected: 503,
  runner_incomplete_response: 502,
  runner_server_error: 500,
  internal_error: 500,
  client_disconnected: 499,
  client_cancelled: 499,
  bad_request: 400,
};

/** fal's errors of a model, with what it says about each. */
export const modelErrors: Readonly<Record<string, string>> = {
  file_download_error: 'Failed to download the file. Please check if the URL is accessible and try again.',
  image_load_error:
    'Failed to load the image. Please ensure the image file is not corrupted and is in a supported format.',
  image_too_small: 'Image is too small.',
  image_too_large: 'Image is too large.',
  file_too_large: 'File size exceeds the maximum allowed size.',
  content_policy_violation:
    'The content could not be processed because it contained material flagged by a content checker.',
  no_media_generated: 'The model did not generate any media.',
  generation_timeout: 'The generation took too long.',
  internal_server_error: 'Internal server error.',
};

/** An error of the request: a sentence, and its type twice. */
export function requestError(type: string): Answer {
  return json(
    requestErrorStatus[type] ?? 500,
    { detail: sentence(type), error_type: type },
    { 'x-fal-error-type': type },
  );
}

/** Another answer than the true one. */
export function wrongAnswer(fault: Extract<FaultKind, { kind: 'answer' }>): Answer {
  const { status, errorType, retryAfterSeconds } = fault;
  const made = errorType === undefined ? json(status, { detail: `Simulated ${status}` }) : requestError(errorType);
  const again = retryAfterSeconds !== undefined && { 'retry-after': String(retryAfterSeconds) };
  return { ...made, status, headers: { ...made.headers, ...again } };
}

/** One thing that a model does not like, as its validator writes it. */
export interface Problem {
  loc: (string | number)[];
  msg: string;
  type: string;
  input?: unknown;
  ctx?: Record<string, unknown>;
}

/** An error of the model: a list of problems. */
export function modelError(problems: readonly Problem[], retryable = false): Answer {
  const detail = problems.map((problem) => ({ ...problem, url: `https://docs.fal.ai/errors#${problem.type}` }));
  return json(422, { detail }, { 'x-fal-retryable': String(retryable) });
}

/** An error of the model about its image. */
export function imageProblem(type: string, field: string, input: unknown): Problem {
  return { loc: ['body', field], msg: modelErrors[type] ?? sentence(type), type, input };
}

function sentence(type: string): string {
  const words = type.replaceAll('_', ' ');
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}
