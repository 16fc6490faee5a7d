import {
  type ApiService,
  type Failure,
  type Result,
  retryOperation,
  type UploadAnswer,
  type UploadOptions,
} from '@image2model/client';
import { errorKind } from '../messages/error-kind.ts';

/**
 * Further tries while the server is away or busy: ten minutes and more, since a restart or a tunnel ends by itself and nothing is
 * made twice. Whatever else may get better is tried as often as any call.
 */
const maxRetriesWhileAway = 24;
const maxRetries = 3;

/** How a sending ended. */
export interface Sent {
  answer: Result<UploadAnswer>;
  /** Places of the files that could not be read any more. */
  gone: readonly number[];
}

/** Sends files, again by itself where waiting can help. `onWaiting` hears why each time. */
export async function sendPhotos(
  api: ApiService,
  files: readonly File[],
  { onWaiting, signal, ...options }: UploadOptions & { onWaiting: (failure: Failure) => void; signal: AbortSignal },
): Promise<Sent> {
  let tries = 0;
  let last: Failure | undefined;
  let gone: number[] = [];
  const upload = async () => {
    const answer = await api.uploadBatch(files, { ...options, signal, retries: 0 });
    last = answer.success ? undefined : answer;
    // A file that cannot be read any more looks like a network that is gone.
    if (last?.code === 'NETWORK_ERROR') gone = await unreadable(files);
    return answer;
  };
  const answer = await retryOperation(upload, {
    signal,
    retries: maxRetriesWhileAway,
    shouldRetry: () => last !== undefined && gone.length === 0 && isWorthWaiting(last, (tries += 1)),
    onRetry: () => last && onWaiting(last),
  });
  return { answer, gone };
}

/** Whether to try again by itself after so many tries: a server that is away or busy comes back, a full disk wants somebody. */
function isWorthWaiting(failure: Failure, tries: number): boolean {
  const kind = errorKind(failure);
  if (!failure.retryable || kind === 'full') return false;
  const isBusy = failure.status === 429 || failure.status === 503;
  return isBusy || kind === 'offline' || kind === 'restarting' || tries <= maxRetries;
}

/** Files that were moved or changed since they were picked: a browser hands them out no more. */
async function unreadable(files: readonly File[]): Promise<number[]> {
  const read = await Promise.allSettled(files.map(async (file) => await file.slice(0, 1).arrayBuffer()));
  return read.flatMap(({ status }, index) => (status === 'rejected' ? [index] : []));
}
