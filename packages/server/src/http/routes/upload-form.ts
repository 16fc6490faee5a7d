import { maxFaceLimit, message, messageRef, minFaceLimit } from '@image2model/protocol';
import type { ErrorCode, Message, ProblemItem } from '@image2model/protocol';
import type { Model } from '../../models/contract.ts';
import { unknownModel } from '../../models/errors.ts';

/** Something that is wrong with an upload. */
export type UploadProblem = ProblemItem & { code: ErrorCode };

/** What the fields beside the images ask for; where `problems` is not empty the rest is of no use. */
export interface UploadForm {
  model: string;
  options: Record<string, unknown>;
  faceLimit: number | null;
  /** Whether an earlier result of the same work will do; null where the model decides. */
  reuse: boolean | null;
  problems: UploadProblem[];
}

/**
 * Reads the fields of an upload. A blank field counts as one that was left out; fields that are not known are left
 * alone, since clients send things of their own.
 * @param fields All values of each field, as text, or as JSON where the client said that it is.
 */
export function readForm(
  fields: ReadonlyMap<string, readonly unknown[]>,
  models: ReadonlyMap<string, Model>,
  defaultModel: string,
): UploadForm {
  const problems: UploadForm['problems'] = [];
  const wrong = (code: ErrorCode, field: string, said: Message): void => {
    problems.push({ code, field, detail: said.text, ...messageRef(said) });
  };

  for (const name of ['face_limit', 'model', 'options', 'reuse']) {
    if ((fields.get(name)?.length ?? 0) > 1)
      wrong('INVALID_REQUEST', name, message('error.field_repeated', { field: name }));
  }
  const value = (name: string): unknown => {
    const first = fields.get(name)?.[0];
    return typeof first === 'string' && first.trim() === '' ? undefined : first;
  };

  const faceLimit = readFaceLimit(value('face_limit'));
  if (faceLimit === undefined) {
    const said = message('error.face_limit', { min: minFaceLimit, max: maxFaceLimit });
    wrong('INVALID_FACE_LIMIT', 'face_limit', said);
  }

  const named = value('model') ?? defaultModel;
  const model = typeof named === 'string' ? named.trim() : '';
  const chosen = models.get(model);
  if (chosen === undefined) wrong('UNKNOWN_MODEL', 'model', unknownModel(models));

  const reuse = readFlag(value('reuse'));
  if (reuse === undefined) wrong('INVALID_REQUEST', 'reuse', message('error.reuse'));

  const parsed = readJson(value('options'));
  let options: Record<string, unknown> = {};
  if (parsed === undefined) {
    wrong('INVALID_OPTIONS', 'options', message('error.options_not_json'));
  } else if (chosen !== undefined) {
    const checked = chosen.checkOptions(parsed.value);
    if ('options' in checked) options = checked.options;
    else for (const said of checked.problems) wrong('INVALID_OPTIONS', 'options', said);
  }
  return { model, options, faceLimit: faceLimit ?? null, reuse: reuse ?? null, problems };
}

/** Null where none was asked for, undefined where it is not one. */
export function readFaceLimit(value: unknown): number | null | undefined {
  if (value === undefined || value === null) return null;
  const text = typeof value === 'number' ? String(value) : typeof value === 'string' ? value.trim() : '';
  if (!/^\d{1,9}$/.test(text)) return undefined;
  const limit = Number(text);
  return limit >= minFaceLimit && limit <= maxFaceLimit ? limit : undefined;
}

/** Null where nothing was said, undefined where it is neither. */
function readFlag(value: unknown): boolean | null | undefined {
  if (value === undefined || value === null) return null;
  const said = typeof value === 'string' ? value.trim().toLowerCase() : value;
  if (said === true || said === 'true') return true;
  return said === false || said === 'false' ? false : undefined;
}

function readJson(value: unknown): { value: unknown } | undefined {
  if (value === undefined) return { value: {} };
  if (typeof value !== 'string') return { value };
  try {
    return { value: JSON.parse(value) as unknown };
  } catch {
    return undefined;
  }
}
