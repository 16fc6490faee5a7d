import {
  type ApiService,
  type Failure,
  type MaskedFile,
  type Result,
  retryOperation,
  type UploadAnswer,
  type UploadOptions,
} from '@image2model/client';
import { errorKind } from '../messages/error-kind.ts';

/** Retries while the server is away or busy: more than ten minutes, since restarts end and nothing is made twice. */
const maxRetriesWhileAway = 24;
/** Retries for anything else that may get better, as for any other call. */
const maxRetries = 3;

/** How an upload ended. */
export interface Sent {
  answer: Result<UploadAnswer>;
  /** Indices of the files that can no longer be read. */
  gone: readonly number[];
}

/** Sends photos with their masks, with retries if waiting can help. `onWaiting` gets the reason each time. */
export async function sendPhotos(
  api: ApiService,
  photos: readonly (MaskedFile & { file: File })[],
  { onWaiting, signal, ...options }: UploadOptions & { onWaiting: (failure: Failure) => void; signal: AbortSignal },
): Promise<Sent> {
  let attempts = 0;
  let last: Failure | undefined;
  let gone: number[] = [];
  const upload = async () => {
    const answer = await api.uploadBatch(photos, { ...options, signal, retries: 0 });
    last = answer.success ? undefined : answer;
    // A file that can no longer be read looks like a network error.
    if (last?.code === 'NETWORK_ERROR') gone = await unreadable(photos.map(({ file }) => file));
    return answer;
  };
  const answer = await retryOperation(upload, {
    signal,
    retries: maxRetriesWhileAway,
    shouldRetry: () => last !== undefined && gone.length === 0 && isWorthWaiting(last, (attempts += 1)),
    onRetry: () => last && onWaiting(last),
  });
  return { answer, gone };
}

/** Whether to retry after so many attempts: a server that is away or busy comes back, a full disk needs a person. */
function isWorthWaiting(failure: Failure, attempts: number): boolean {
  const kind = errorKind(failure);
  if (!failure.retryable || kind === 'full') return false;
  const isBusy = failure.status === 429 || failure.status === 503;
  return isBusy || kind === 'offline' || kind === 'restarting' || attempts <= maxRetries;
}

/** Files that were moved or changed since they were picked: a browser can no longer read them. */
async function unreadable(files: readonly File[]): Promise<number[]> {
  const read = await Promise.allSettled(files.map(async (file) => await file.slice(0, 1).arrayBuffer()));
  return read.flatMap(({ status }, index) => (status === 'rejected' ? [index] : []));
}
