/** Why a model could not be fetched: `status` is the HTTP status, 0 without an answer. */
export class ModelFetchError extends Error {
  override readonly name = 'ModelFetchError';
  readonly status: number;

  constructor(status: number, options?: ErrorOptions) {
    super(status === 0 ? 'Can’t reach the server' : `The server answered ${status}`, options);
    this.status = status;
  }
}

/**
 * Fetches a model and reports its progress, 0 to 1, if the server says how large it is.
 * @throws {ModelFetchError} if it cannot be fetched
 */
export async function fetchModel(
  url: string,
  { signal, onprogress }: { signal: AbortSignal; onprogress?: (share: number) => void },
): Promise<ArrayBuffer> {
  const response = await fetch(url, { signal }).catch((cause: unknown) => {
    signal.throwIfAborted();
    throw new ModelFetchError(0, { cause });
  });
  if (!response.ok) throw new ModelFetchError(response.status);
  const total = Number(response.headers.get('content-length'));
  if (!response.body || !(total > 0)) return await response.arrayBuffer();
  let loaded = 0;
  const counted = response.body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        loaded += chunk.byteLength;
        onprogress?.(Math.min(1, loaded / total));
        controller.enqueue(chunk);
      },
    }),
  );
  return await new Response(counted).arrayBuffer();
}
