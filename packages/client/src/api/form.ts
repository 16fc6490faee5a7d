import type { RetryJobOptions } from './types.ts';
import type { UploadOptions } from './upload.ts';

/** What models are made of and with, by the names of the API. */
export function fieldsOf({
  model,
  options,
  reuse,
  faceLimit,
  fileIds,
  dropMasks,
}: UploadOptions & RetryJobOptions): object {
  return { model, options, reuse, face_limit: faceLimit, file_ids: fileIds, drop_masks: dropMasks };
}

/** A form with these fields: texts as they are, everything else as JSON. What is not set is left out. */
export function formOf(fields: object): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields) as [string, unknown][]) {
    if (value !== undefined) form.append(name, typeof value === 'string' ? value : JSON.stringify(value));
  }
  return form;
}

/** A URL with parameters; those that are not set are left out. */
export function withQuery(url: string, parameters: object): string {
  const query = new URLSearchParams(formOf(parameters) as unknown as [string, string][]);
  return query.size > 0 ? `${url}?${query}` : url;
}
