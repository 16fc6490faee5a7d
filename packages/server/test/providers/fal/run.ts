import { json } from '../answers.ts';
import type { Answer } from '../answers.ts';
import type { Site } from '../layer.ts';
import type { JobEnd } from '../queue.ts';
import { photoProblem } from '../photos.ts';
import type { JobRow } from '../state.ts';
import type { JobPlan } from '../types.ts';
import { imageProblem, modelError, modelErrors, requestError } from './errors.ts';
import { checkInput, falModels, imagesOf } from './models.ts';
import { makeResult } from './outputs.ts';
import type { FalOperation } from './types.ts';

/** fal's words for what is wrong with a photo. */
const photoErrors = { missing: 'file_download_error', unreadable: 'image_load_error' } as const;

/** The model's run: the input is checked here, and not when it is submitted. */
export function runModel({ state, origin }: Site<FalOperation>, row: JobRow, plan: JobPlan, now: number): JobEnd {
  const input = JSON.parse(row.input) as Record<string, unknown>;
  const cdnUrl = `${origin}/cdn`;
  const model = falModels[row.endpoint];
  if (!model) return failed(requestError('internal_error'), 'Internal error', 'internal_error');
  const { problems } = checkInput(model, input);
  if (problems.length > 0) return failed(modelError(problems), 'Invalid status code: 422', null);
  for (const url of imagesOf(model, input)) {
    const problem = photoProblem(state, cdnUrl, url);
    if (problem) {
      const type = photoErrors[problem];
      return failed(modelError([imageProblem(type, model.image, url)]), modelErrors[type] ?? type, type);
    }
  }
  const { outcome } = plan;
  if (outcome.kind === 'model-error') {
    const problem = imageProblem(outcome.type, model.image, input[model.image]);
    return failed(modelError([problem], outcome.retryable), problem.msg, outcome.type);
  }
  if (outcome.kind === 'request-error') {
    const said = outcome.saidBy === 'result' ? null : outcome.type;
    return failed(requestError(outcome.type), said, said);
  }
  const body = makeResult({ state, cdnUrl, jobId: row.id, endpoint: row.endpoint, input, outcome, now });
  const units = model.units?.(input) ?? 1;
  const answer = json(200, body, { 'x-fal-billable-units': String(units) });
  return { answer, error: null, errorType: null, units };
}

export function cancelled(): JobEnd {
  const type = 'client_cancelled';
  return failed(requestError(type), 'Request was cancelled by the client', type);
}

function failed(answer: Answer, error: string | null, errorType: string | null): JobEnd {
  return { answer, error, errorType, units: 0 };
}
