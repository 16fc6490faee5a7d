import { createHash } from 'node:crypto';
import { ApiError, retryOperation } from '@image2model/client';
import { problemSchema } from '@image2model/protocol';
import { cliMessage } from './texts.ts';

interface DownloadOptions {
  url: string;
  apiKey: string | undefined;
  /** What is to come: its media type, and its checksum if that is known already. */
  expected: { mimeType: string; sha256?: string | undefined };
  /** Writes what it is given, or leaves nothing if that breaks off. */
  write: (body: AsyncIterable<Uint8Array>) => Promise<void>;
  signal: AbortSignal;
}

/** What arrived. */
export interface Downloaded {
  sizeBytes: number;
  sha256: string;
}

/**
 * Downloads a model. What answers in place of the server (a captive portal, a proxy), or cuts or changes the model, is
 * asked again a few times.
 *
 * @throws ApiError
 */
export async function download({ url, apiKey, expected, write, signal }: DownloadOptions): Promise<Downloaded> {
  const headers = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
  const attempt = async (): Promise<Downloaded> => {
    const response = await fetch(url, { headers, signal }).catch(breaksOff);
    const isModel = response.ok && isOfType(response, expected.mimeType);
    if (!isModel || response.body === null) throw await refusal(response);
    const sha256 = expected.sha256 ?? digestOf(response);
    if (sha256 === undefined) {
      await response.body.cancel();
      throw tooOld();
    }
    try {
      const arrived = { sizeBytes: 0, sha256 };
      await write(whole(response.body, arrived));
      return arrived;
    } catch (error) {
      throw error instanceof ApiError ? error : new ApiError(reasonOf(error), { code: 'NOT_WRITTEN' });
    }
  };
  return await retryOperation(attempt, { retries: 2, signal });
}

/** Passes a body on, and counts it. @throws ApiError at its end, unless it is what the server made */
async function* whole(body: AsyncIterable<Uint8Array>, arrived: Downloaded): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of body) {
      hash.update(chunk);
      arrived.sizeBytes += chunk.length;
      yield chunk;
    }
  } catch {
    breaksOff();
  }
  if (hash.digest('hex') !== arrived.sha256) throw failed('cli.download_changed');
}

/** The checksum that a converted model comes with (RFC 9530). */
function digestOf({ headers }: Response): string | undefined {
  const [, digest] = /(?:^|[\s,])sha-256=:([\w+/]{43}=):/.exec(headers.get('repr-digest') ?? '') ?? [];
  return digest === undefined ? undefined : Buffer.from(digest, 'base64').toString('hex');
}

function tooOld(): ApiError {
  const { text, id } = cliMessage('cli.server_too_old');
  return new ApiError(text, { code: 'DOWNLOAD_FAILED', messageId: id });
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
