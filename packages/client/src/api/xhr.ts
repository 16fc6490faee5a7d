import { aborted, unreachable } from '../errors.ts';
import { uploadProgress } from './upload-progress.ts';
import type { UploadProgress } from './upload-progress.ts';

/**
 * As much of `fetch` as a request of this API needs, with the progress of its upload. `fetch` itself cannot report it in
 * browsers: they stream request bodies over HTTP/2 only.
 */
export function fetchWithXhr(onUploadProgress: (progress: UploadProgress) => void): typeof fetch {
  return (url, { method, headers, body, credentials, signal } = {}) =>
    new Promise((resolve, reject) => {
      const xhr = new XMLHttpRequest();
      const abort = () => xhr.abort();
      xhr.open(method as string, url as string);
      xhr.responseType = 'blob';
      xhr.withCredentials = credentials === 'include';
      for (const [name, value] of Object.entries(headers as Record<string, string>)) xhr.setRequestHeader(name, value);
      xhr.upload.addEventListener('progress', ({ loaded, total }) => onUploadProgress(uploadProgress(loaded, total)));
      xhr.addEventListener('load', () => {
        const response = xhr.response as Blob;
        const retryAfter = xhr.getResponseHeader('retry-after') ?? '';
        // The content type is that of the blob. Some statuses may have no body, not even an empty one.
        const init = { status: xhr.status, headers: { 'retry-after': retryAfter } };
        resolve(new Response(response.size > 0 ? response : null, init));
      });
      xhr.addEventListener('error', () => reject(unreachable()));
      xhr.addEventListener('abort', () => reject(aborted()));
      xhr.addEventListener('loadend', () => signal?.removeEventListener('abort', abort));
      signal?.addEventListener('abort', abort);
      xhr.send(body as FormData);
    });
}
