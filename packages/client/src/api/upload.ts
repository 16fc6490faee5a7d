import type { Upload } from '@image2model/protocol';
import { apiUrl } from '../address.ts';
import { retryOperation } from '../retry.ts';
import { authHeaders, requestJson } from './http.ts';
import type { HttpSettings } from './http.ts';
import { createKey } from '../key.ts';
import { sendWithXhr } from './xhr.ts';

/** An image to upload: a `File`, or a `Blob` with or without a name. */
export type UploadFile = Blob & { readonly name?: string };

/** How far an upload is, in bytes; `progress` is 0 to 100. */
export interface UploadProgress {
  loaded: number;
  total: number;
  progress: number;
}

export interface UploadOptions {
  /** The most faces a model may have, from 100; the model's default where it is left out. */
  faceLimit?: number | null | undefined;
  /** An id of `getModels()`; the server's default where it is left out. */
  model?: string | undefined;
  /** What that model can be told besides. */
  options?: Record<string, unknown> | undefined;
  /** Whether an earlier result of the same work will do, or it is to be made anew; the model's default where left out. */
  reuse?: boolean | undefined;
  signal?: AbortSignal | undefined;
  onUploadProgress?: ((progress: UploadProgress) => void) | undefined;
  /** Makes the upload count once however often it is sent. One is made where it is left out. */
  idempotencyKey?: string | undefined;
  /** Further tries after a broken connection or an answer that asks for one. Default 3; 0 for none. */
  retries?: number | undefined;
}

/** An accepted upload. */
export interface UploadAnswer {
  batchId: string;
  jobId: string;
  /** What to follow: `createProgressStream(taskId, …)`. */
  taskId: string;
  faceLimit: number | null;
  totalFiles: number;
  status: Upload['status'];
  message: string;
  uploadedFiles: { fileId: string; filename: string; fileSize: number; contentType: string; status: 'uploaded' }[];
}

/**
 * Sends a batch. Tries again by itself where that can help: the `Idempotency-Key` makes sure that an upload whose
 * answer got lost is not done twice.
 *
 * @throws {ApiError} where it was refused, with an entry per refused file in `errors`
 */
export async function uploadBatch(
  settings: HttpSettings,
  files: Iterable<UploadFile>,
  options: UploadOptions = {},
): Promise<UploadAnswer> {
  const { signal, onUploadProgress, retries = 3 } = options;
  const form = formOf([...files], options);
  const headers = { 'Idempotency-Key': options.idempotencyKey ?? createKey() };
  const answer = await retryOperation(
    () =>
      onUploadProgress && !settings.fetch && typeof XMLHttpRequest !== 'undefined'
        ? sendWithXhr<Upload>(apiUrl(settings.baseUrl, '/upload/'), {
            headers: { ...authHeaders(settings), ...headers },
            withCredentials: settings.credentials === 'include',
            body: form,
            signal,
            onUploadProgress,
          })
        : requestJson<Upload>(settings, '/upload/', {
            method: 'POST',
            signal,
            ...(onUploadProgress ? counted(form, headers, onUploadProgress) : { body: form, headers }),
          }),
    { retries, signal },
  );
  return {
    batchId: answer.batch_id,
    jobId: answer.job_id,
    taskId: answer.task_id,
    faceLimit: answer.face_limit,
    totalFiles: answer.total_files,
    status: answer.status,
    message: answer.message,
    uploadedFiles: answer.uploaded_files.map((file) => ({
      fileId: file.file_id,
      filename: file.filename,
      fileSize: file.file_size,
      contentType: file.content_type,
      status: file.status,
    })),
  };
}

function formOf(files: UploadFile[], { faceLimit, model, options, reuse }: UploadOptions): FormData {
  const form = new FormData();
  // Fields stand before the files, so that a server knows them when the first byte of an image arrives.
  if (faceLimit !== undefined && faceLimit !== null) form.append('face_limit', String(faceLimit));
  if (model !== undefined) form.append('model', model);
  if (options !== undefined) form.append('options', JSON.stringify(options));
  if (reuse !== undefined) form.append('reuse', String(reuse));
  for (const [index, file] of files.entries()) form.append('files', file, file.name ?? `image-${index + 1}`);
  return form;
}

/** The same body as a stream that counts what has been taken from it: how Node tells the progress of an upload. */
function counted(
  form: FormData,
  headers: Record<string, string>,
  onUploadProgress: (progress: UploadProgress) => void,
) {
  const encoded = new Response(form);
  let total = 0;
  for (const value of form.values()) total += typeof value === 'string' ? value.length : value.size;
  let loaded = 0;
  const tally = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      // The boundaries between the parts are not counted in `total`.
      loaded = Math.min(total, loaded + chunk.length);
      onUploadProgress({ loaded, total, progress: total ? (100 * loaded) / total : 100 });
      controller.enqueue(chunk);
    },
  });
  return {
    headers: { ...headers, 'Content-Type': encoded.headers.get('content-type') ?? 'multipart/form-data' },
    body: encoded.body?.pipeThrough(tally) as BodyInit,
    // Node and Chromium want to be told that the answer comes after the body.
    duplex: 'half',
  };
}
