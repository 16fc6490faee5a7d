import { openAsBlob } from 'node:fs';
import { ApiService, watch } from '@image2model/client';
import type { Failure, UploadAnswer } from '@image2model/client';
import { hasEnded, maxFilesPerUpload } from '@image2model/protocol';
import type { FileUpdate, ModelFile } from '@image2model/protocol';
import { exitCodes, ServerError, UsageError } from './exit.ts';
import type { ExitCode } from './exit.ts';
import type { Input } from './inputs.ts';
import type { Output } from './output.ts';
import type { UsableServer } from './private-server.ts';
import type { Outcome, Reporter } from './reporter.ts';

interface ConvertOptions {
  inputs: readonly Input[];
  server: UsableServer;
  output: Output;
  reporter: Reporter;
  /** Stops the run: what was uploaded is cancelled. */
  signal: AbortSignal;
  faceLimit: number | undefined;
  model: string | undefined;
  modelOptions: Record<string, unknown> | undefined;
  /** Has everything made anew, whatever the server made before. */
  fresh: boolean;
}

/**
 * Has every input made into a model and written out, in batches as large as the server takes. Resolves with the exit
 * code once each input has been reported as ended.
 * @throws ServerError where the server cannot be used at all, UsageError where it refuses what was asked for
 */
export async function convert(options: ConvertOptions): Promise<ExitCode> {
  const started = performance.now();
  const run = new Run(options);
  options.reporter.begin(options.inputs);
  let fault: unknown;
  try {
    await run.all();
  } catch (error) {
    fault = error;
  }
  const { completed, failed, cancelled } = run.endAll(fault);
  const seconds = Math.round((performance.now() - started) / 100) / 10;
  await options.reporter.finish({ total: options.inputs.length, completed, failed, cancelled, seconds });
  if (options.signal.aborted) return exitCodes.interrupted;
  if (fault !== undefined) throw fault;
  return completed === options.inputs.length ? exitCodes.made : exitCodes.someFailed;
}

/** One run over all inputs: what has ended, and what must be cancelled if it stops. */
class Run {
  readonly #options: ConvertOptions;
  readonly #api: ApiService;
  readonly #ended = new Map<Input, Outcome>();

  constructor(options: ConvertOptions) {
    this.#options = options;
    this.#api = new ApiService({ baseUrl: options.server.baseUrl, apiKey: options.server.apiKey });
  }

  /** Uploads one batch after the other, while the earlier ones are being worked on. */
  async all(): Promise<void> {
    const { inputs } = this.#options;
    const following: Promise<void>[] = [];
    try {
      for (let first = 0; first < inputs.length; first += maxFilesPerUpload) {
        const batch = inputs.slice(first, first + maxFilesPerUpload);
        const accepted = await this.#upload(batch);
        if (accepted !== undefined) following.push(this.#follow(accepted));
      }
    } finally {
      await Promise.allSettled(following);
    }
    await Promise.all(following);
  }

  /** Ends what has not ended, and counts. */
  endAll(fault: unknown): Record<Outcome['status'], number> {
    const counts = { completed: 0, failed: 0, cancelled: 0 };
    for (const input of this.#options.inputs) {
      if (!this.#ended.has(input)) {
        if (fault === undefined || this.#options.signal.aborted) this.#end(input, { status: 'cancelled' });
        else this.#end(input, { status: 'failed', code: 'NOT_DONE', error: messageOf(fault) });
      }
      const outcome = this.#ended.get(input);
      if (outcome !== undefined) counts[outcome.status] += 1;
    }
    return counts;
  }

  /** Uploads what of a batch the server takes; a file that it refuses ends here, the others go on without it. */
  async #upload(batch: readonly Input[]): Promise<Accepted | undefined> {
    const { signal, faceLimit, model, modelOptions, fresh } = this.#options;
    let left = [...batch];
    while (left.length > 0) {
      const files = await Promise.all(left.map(async ({ path, name }) => new File([await openAsBlob(path)], name)));
      const answer = await this.#api.uploadBatch(files, {
        signal,
        faceLimit,
        model,
        options: modelOptions,
        reuse: fresh ? false : undefined,
        retries: 2,
      });
      if (answer.success) return { answer, inputs: left };
      const refused = this.#refuse(answer, left);
      left = left.filter((input) => !refused.has(input));
    }
    return undefined;
  }

  #refuse(failure: Failure, inputs: readonly Input[]): Set<Input> {
    const refused = new Set<Input>();
    for (const { filename, code, detail } of failure.errors) {
      const input = inputs.find(({ name }) => name === filename);
      if (input === undefined) continue;
      refused.add(input);
      this.#end(input, { status: 'failed', code, error: detail });
    }
    if (refused.size === 0) throw requestError(failure);
    return refused;
  }

  /** Follows a task to its end and fetches each model as soon as it is there. */
  async #follow({ answer, inputs }: Accepted): Promise<void> {
    const { signal, reporter } = this.#options;
    const byId = new Map(answer.uploadedFiles.map(({ fileId }, index) => [fileId, inputs[index]]));
    const saving: Promise<void>[] = [];
    try {
      for await (const event of watch(answer.taskId, { ...this.#api.streamOptions(), signal, maxRetries: 5 })) {
        if (event.type !== 'file_update') continue;
        const input = byId.get(event.data.file_id);
        if (input === undefined || this.#ended.has(input)) continue;
        if (hasEnded(event.data.status)) {
          byId.delete(event.data.file_id);
          saving.push(this.#settle(input, answer.jobId, event.data));
        } else {
          reporter.progress(input, event.data.progress, event.data.message);
        }
      }
      await Promise.all(saving);
    } catch (error) {
      await Promise.allSettled(saving);
      // Whatever stopped us here, nobody will fetch what is still being made.
      await this.#api.cancelTask(answer.taskId, { signal: AbortSignal.timeout(2000) });
      if (!signal.aborted) throw new ServerError(`The connection to the server was lost: ${messageOf(error)}`);
    }
  }

  async #settle(input: Input, jobId: string, file: FileUpdate): Promise<void> {
    if (file.status === 'cancelled') return this.#end(input, { status: 'cancelled' });
    if (file.result === undefined) {
      const { details, error = 'No model could be made' } = file;
      return this.#end(input, { status: 'failed', code: details?.code ?? 'GENERATION_FAILED', error });
    }
    this.#end(input, await this.#save(input, jobId, file.result));
  }

  async #save(input: Input, jobId: string, model: ModelFile): Promise<Outcome> {
    const { server, output, signal } = this.#options;
    const headers = server.apiKey === undefined ? {} : { authorization: `Bearer ${server.apiKey}` };
    try {
      const response = await fetch(this.#api.downloadUrl(jobId, model.filename), { headers, signal });
      if (!response.ok || response.body === null) {
        return { status: 'failed', code: 'DOWNLOAD_FAILED', error: `The server answered ${response.status}` };
      }
      const path = await output.save(input.name, response.body, signal);
      const { size: sizeBytes, sha256, statistics } = model;
      return { status: 'completed', output: path, sizeBytes, sha256, statistics };
    } catch (error) {
      if (signal.aborted) return { status: 'cancelled' };
      return { status: 'failed', code: 'NOT_WRITTEN', error: messageOf(error) };
    }
  }

  #end(input: Input, outcome: Outcome): void {
    if (this.#ended.has(input)) return;
    this.#ended.set(input, outcome);
    this.#options.reporter.end(input, outcome);
  }
}

interface Accepted {
  answer: UploadAnswer;
  /** In the order of the answer's files. */
  inputs: readonly Input[];
}

/** A refusal that no file is to blame for: what was asked for is wrong, or the server cannot be used. */
function requestError(failure: Failure): Error {
  const wrongRequest = ['INVALID_FACE_LIMIT', 'UNKNOWN_MODEL', 'INVALID_OPTIONS'];
  if (wrongRequest.includes(failure.code)) return new UsageError(failure.error);
  return new ServerError(`${failure.error} (${failure.code})`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
