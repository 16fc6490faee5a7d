import { message, messageRef, messageWithin, toMessage } from '@image2model/protocol';
import type { Message, ProblemItem } from '@image2model/protocol';
import type { Model } from '../../models/contract.ts';
import { ApiError } from '../errors.ts';
import type { UploadProblem } from './upload-form.ts';

/**
 * Throws where anything is wrong. All of it is listed. Many clients show nothing but the sentence, so that has the first
 * thing in it.
 * @param files How many were sent.
 */
export function refuse(problems: readonly UploadProblem[], files: number): void {
  const [first] = problems;
  if (first === undefined) return;
  const count = problems.length;
  const reason = named(first);
  const within = messageWithin('reason', reason);
  const ofFiles = problems.every(({ filename }) => filename !== undefined);
  const several = ofFiles
    ? message('error.files_refused', { ...within, count, files })
    : message('error.several_wrong', { ...within, count });
  throw new ApiError(first.code, count === 1 ? reason : several, { errors: [...problems] });
}

/** What is wrong where masks are sent for this model. */
export function unusedMasks(models: ReadonlyMap<string, Model>, id: string): UploadProblem[] {
  const model = models.get(id);
  if (model === undefined || model.usesMasks) return [];
  const said = message('mask.unsupported', { model: id });
  return [{ code: 'MASK_UNSUPPORTED', field: 'masks', detail: said.text, ...messageRef(said) }];
}

/** What is wrong, with the name of the file in it. */
export function named({ detail, filename, ...ref }: ProblemItem): Message {
  const said = toMessage(detail, ref);
  if (filename === undefined || detail.includes(filename)) return said;
  return message('error.of_file', { ...messageWithin('fault', said), filename });
}
