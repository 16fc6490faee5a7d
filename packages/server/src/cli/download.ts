import { createHash } from 'node:crypto';
import { ApiError, retryOperation } from '@image2model/client';
import { problemSchema } from '@image2model/protocol';
import type { ModelFile } from '@image2model/protocol';
import { cliMessage } from './texts.ts';

interface DownloadOptions {
  url: string;
  apiKey: string | undefined;
  model: ModelFile;
  /** Writes what it is given and says where, or leaves nothing if that breaks off. */
  write: (body: AsyncIterable<Uint8Array>) => Promise<string>;
  signal: AbortSignal;
}

/**
 * Downloads a model and says where it was written. What answers in place of the server (a captive portal, a proxy), or
 * cuts or changes the model, is asked again a few times.
 *
 * @throws ApiError
 */
export async function download({ url, apiKey, model, write, signal }: DownloadOptions): Promise<string> {
  const headers = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
  const attempt = async (): Promise<string> => {
    const response = await fetch(url, { headers, signal }).catch(breaksOff);
    const isModel = response.ok && isOfType(response, model.mime_type);
    if (!isModel || response.body === null) throw await refusal(response);
    try {
      return await write(whole(response.body, model));
    } catch (error) {
      throw error instanceof ApiError ? error : new ApiError(reasonOf(error), { code: 'NOT_WRITTEN' });
    }
  };
  return await retryOperation(attempt, { retries: 2, signal });
}

/** Passes a body on. @throws ApiError at its end, unless it is what the server made */
async function* whole(body: AsyncIterable<Uint8Array>, { size, sha256 }: ModelFile): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  let left = size;
  try {
    for await (const chunk of body) {
      hash.update(chunk);
      left -= chunk.length;
      if (left < 0) break;
      yield chunk;
    }
  } catch {
    breaksOff();
  }
  if (hash.digest('hex') !== sha256) throw failed('cli.download_changed');
}

/** Why there is no model in an answer: what the server says, or that it is not the server's. */
async function refusal(response: Response): Promise<ApiError> {
  const { status, headers, body } = response;
  const isProblem = isOfType(response, 'application/problem+json');
  const said: unknown = isProblem ? await response.json().catch(() => undefined) : await body?.cancel();
  const problem = problemSchema.safeParse(said).data;
  if (problem === undefined) return failed('cli.foreign_answer', { status });
  return new ApiError(problem.detail, {
    code: problem.code,
    retryable: status === 429 || status >= 500,
    retryAfterMs: Number(headers.get('retry-after') ?? 0) * 1000,
    messageId: problem.message_id,
    messageValues: problem.message_values,
  });
}

function isOfType({ headers }: Response, type: string): boolean {
  return headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() === type;
}

function breaksOff(): never {
  throw failed('cli.download_broken');
}

/** A failure that may pass. */
function failed(...text: Parameters<typeof cliMessage>): ApiError {
  const { text: sentence, id, values } = cliMessage(...text);
  return new ApiError(sentence, { code: 'DOWNLOAD_FAILED', retryable: true, messageId: id, messageValues: values });
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
