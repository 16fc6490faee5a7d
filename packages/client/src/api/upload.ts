import type { Upload } from '@image2model/protocol';
import { retryOperation } from '../retry.ts';
import { createKey } from '../key.ts';
import { requestJson } from './http.ts';
import type { HttpSettings } from './http.ts';
import { uploadProgress } from './upload-progress.ts';
import type { UploadProgress } from './upload-progress.ts';
import { fetchWithXhr } from './xhr.ts';

/** An image to upload: a `File`, or a `Blob` with or without a name. */
export type UploadFile = Blob & { readonly name?: string };

export interface UploadOptions {
  /** Maximum number of faces of a model, from 100. Default: the model's own. */
  faceLimit?: number | null | undefined;
  /** An id from `getModels()`. Default: the server's default model. */
  model?: string | undefined;
  /** Options of that model. */
  options?: Record<string, unknown> | undefined;
  /** Whether to reuse an earlier result for the same photo, model and options. Default: the model's own. */
  reuse?: boolean | undefined;
  signal?: AbortSignal | undefined;
  onUploadProgress?: ((progress: UploadProgress) => void) | undefined;
  /** Makes the upload count once, however often it is sent. Default: a new key. */
  idempotencyKey?: string | undefined;
  /** Retries after a broken connection or a retryable error. Default 3; 0 for none. */
  retries?: number | undefined;
}

/** An accepted upload. */
export interface UploadAnswer {
  batchId: string;
  jobId: string;
  /** Follow it with `createProgressStream(taskId, …)`. */
  taskId: string;
  faceLimit: number | null;
  totalFiles: number;
  status: Upload['status'];
  message: string;
  uploadedFiles: { fileId: string; filename: string; fileSize: number; contentType: string; status: 'uploaded' }[];
}

/**
 * Uploads a batch and retries when that can help. The `Idempotency-Key` prevents a second job when a response was lost.
 *
 * @throws {ApiError} if it is rejected, with an entry per rejected file in `errors`
 */
export async function uploadBatch(
  settings: HttpSettings,
  files: Iterable<UploadFile>,
  options: UploadOptions = {},
): Promise<UploadAnswer> {
  const { signal, onUploadProgress, retries = 3 } = options;
  const form = formOf([...files], options);
  const headers = { 'Idempotency-Key': options.idempotencyKey ?? createKey() };
  const byXhr = onUploadProgress && !settings.fetch && globalThis.XMLHttpRequest;
  const upload = await retryOperation(
    () =>
      requestJson<Upload>(
        byXhr ? { ...settings, fetch: fetchWithXhr(onUploadProgress) } : settings,
        '/upload/',
        'uploaded_files',
        {
          method: 'POST',
          signal,
          ...(onUploadProgress && !byXhr ? counted(form, headers, onUploadProgress) : { body: form, headers }),
        },
      ),
    { retries, signal },
  );
  return {
    batchId: upload.batch_id,
    jobId: upload.job_id,
    taskId: upload.task_id,
    faceLimit: upload.face_limit,
    totalFiles: upload.total_files,
    status: upload.status,
    message: upload.message,
    uploadedFiles: upload.uploaded_files.map((file) => ({
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
  // Fields come before the files, so that the server knows them when the first image arrives.
  if (faceLimit !== undefined && faceLimit !== null) form.append('face_limit', String(faceLimit));
  if (model !== undefined) form.append('model', model);
  if (options !== undefined) form.append('options', JSON.stringify(options));
  if (reuse !== undefined) form.append('reuse', String(reuse));
  for (const [index, file] of files.entries()) form.append('files', file, file.name ?? `image-${index + 1}`);
  return form;
}

/** The same body as a stream that counts the bytes read from it: the upload progress in Node. */
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
      // `total` does not include the boundaries between the parts.
      loaded = Math.min(total, loaded + chunk.length);
      onUploadProgress(uploadProgress(loaded, total));
      controller.enqueue(chunk);
    },
  });
  return {
    headers: { ...headers, 'Content-Type': encoded.headers.get('content-type') as string },
    body: encoded.body?.pipeThrough(tally) as BodyInit,
    // Node and Chromium require it for streamed bodies.
    duplex: 'half',
  };
}
