import { aborted, unreachable } from '../errors.ts';
import { problemError } from '../problem.ts';
import { parseBody } from './http.ts';
import { uploadProgress } from './upload-progress.ts';
import type { UploadProgress } from './upload-progress.ts';

export interface XhrRequest {
  headers: Record<string, string>;
  body: FormData;
  withCredentials: boolean;
  signal?: AbortSignal | undefined;
  onUploadProgress: (progress: UploadProgress) => void;
}

/**
 * Posts a form and reports its progress, which `fetch` cannot do in browsers: they stream request bodies over HTTP/2
 * only.
 *
 * @throws {ApiError} like `requestJson`
 */
export function sendWithXhr<T extends object>(url: string, request: XhrRequest): Promise<T> {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    const abort = () => xhr.abort();
    xhr.open('POST', url);
    xhr.withCredentials = request.withCredentials;
    for (const [name, value] of Object.entries(request.headers)) xhr.setRequestHeader(name, value);
    xhr.upload.addEventListener('progress', ({ loaded, total }) => {
      request.onUploadProgress(uploadProgress(loaded, total));
    });
    xhr.addEventListener('load', () => {
      try {
        if (xhr.status >= 200 && xhr.status < 300) return resolve(parseBody(xhr.status, xhr.responseText) as T);
        reject(problemError(xhr.status, xhr.responseText, xhr.getResponseHeader('retry-after')));
      } catch (error) {
        reject(error);
      }
    });
    xhr.addEventListener('error', () => reject(unreachable()));
    xhr.addEventListener('abort', () => reject(aborted()));
    xhr.addEventListener('loadend', () => request.signal?.removeEventListener('abort', abort));
    if (request.signal?.aborted) return reject(aborted());
    request.signal?.addEventListener('abort', abort);
    xhr.send(request.body);
  });
}
