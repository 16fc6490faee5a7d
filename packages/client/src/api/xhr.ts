import { ApiError } from '../errors.ts';
import { problemError } from '../problem.ts';
import { parseAnswer } from './http.ts';

export interface XhrRequest {
  headers: Record<string, string>;
  body: FormData;
  withCredentials: boolean;
  signal?: AbortSignal | undefined;
  onUploadProgress: (progress: { loaded: number; total: number; progress: number }) => void;
}

/**
 * Posts a form and tells how much of it has left. The one thing that `fetch` cannot do in a browser: a streamed body
 * needs HTTP/2, and `XMLHttpRequest` does not.
 *
 * @throws {ApiError} as `requestJson`
 */
export function sendWithXhr<T extends object>(url: string, request: XhrRequest): Promise<T> {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    const abort = () => xhr.abort();
    const failed = (code: string, message: string, retryable: boolean) => () =>
      reject(new ApiError(message, { code, retryable }));
    xhr.open('POST', url);
    xhr.withCredentials = request.withCredentials;
    for (const [name, value] of Object.entries(request.headers)) xhr.setRequestHeader(name, value);
    xhr.upload.addEventListener('progress', ({ loaded, total }) => {
      request.onUploadProgress({ loaded, total, progress: total ? (100 * loaded) / total : 100 });
    });
    xhr.addEventListener('load', () => {
      try {
        if (xhr.status >= 200 && xhr.status < 300) return resolve(parseAnswer(xhr.status, xhr.responseText) as T);
        reject(problemError(xhr.status, xhr.responseText, xhr.getResponseHeader('retry-after')));
      } catch (error) {
        reject(error);
      }
    });
    xhr.addEventListener('error', failed('NETWORK_ERROR', 'The server cannot be reached', true));
    xhr.addEventListener('abort', failed('ABORTED', 'The request was cancelled', false));
    xhr.addEventListener('loadend', () => request.signal?.removeEventListener('abort', abort));
    if (request.signal?.aborted) return failed('ABORTED', 'The request was cancelled', false)();
    request.signal?.addEventListener('abort', abort);
    xhr.send(request.body);
  });
}
