import type { MessageValues, Upload } from '@image2model/protocol';
import { retryOperation } from '../retry.ts';
import { createKey } from '../key.ts';
import { fieldsOf, formOf } from './form.ts';
import { appendMask } from './masks.ts';
import type { Mask } from './masks.ts';
import { requestJson } from './http.ts';
import type { HttpSettings } from './http.ts';
import { uploadProgress } from './upload-progress.ts';
import type { UploadProgress } from './upload-progress.ts';
import { fetchWithXhr } from './xhr.ts';

/** An image to upload: a `File`, or a `Blob` with or without a name. */
export type UploadFile = Blob & { readonly name?: string };

/** An image with its mask. */
export interface MaskedFile {
  file: UploadFile;
  mask?: Mask | null | undefined;
}

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
  /** Id and values of `message`, for other languages. */
  messageId?: string;
  messageValues?: MessageValues;
  uploadedFiles: {
    fileId: string;
    filename: string;
    fileSize: number;
    contentType: string;
    status: 'uploaded';
    /** It has a mask. */
    hasMask?: true;
  }[];
}

/**
 * Uploads a batch and retries when that can help. The `Idempotency-Key` prevents a second job when a response was lost.
 *
 * @throws {ApiError} if it is rejected, with an entry per rejected file in `errors`
 */
export async function uploadBatch(
  settings: HttpSettings,
  files: readonly (UploadFile | MaskedFile)[],
  options: UploadOptions = {},
): Promise<UploadAnswer> {
  const { signal, onUploadProgress } = options;
  // Fields come before the files, so that the server knows them when the first image arrives.
  const form = formOf(fieldsOf({ ...options, faceLimit: options.faceLimit ?? undefined }));
  for (const [index, entry] of files.entries()) {
    const { file = entry as UploadFile, mask } = entry as Partial<MaskedFile>;
    const name = file.name ?? `image-${index + 1}`;
    form.append('files', file, name);
    if (mask) appendMask(form, mask, name);
  }
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
    options,
  );
  return camelCase(upload) as UploadAnswer;
}

/** An object with its names as they are written in JavaScript. */
export function camelCase(object: object): object {
  const entries = Object.entries(object).map(([name, value]) => [
    name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
    Array.isArray(value) ? value.map(camelCase) : value,
  ]);
  return Object.fromEntries(entries);
}

/** The same body as a stream that counts the bytes read from it: the upload progress in Node. */
function counted(
  form: FormData,
  headers: Record<string, string>,
  onUploadProgress: (progress: UploadProgress) => void,
) {
  const encoded = new Response(form);
  let total = 0;
  for (const value of form.values()) total += (value as Partial<File>).size ?? (value as string).length;
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
