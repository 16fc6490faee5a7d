import { openAsBlob } from 'node:fs';
import { ApiError, ApiService, watch } from '@image2model/client';
import type { Failure, MaskedFile, UploadAnswer } from '@image2model/client';
import { hasEnded, maxFilesPerUpload, toMessage } from '@image2model/protocol';
import type { DownloadFormat, FileUpdate, ModelFile } from '@image2model/protocol';
import { extensionOf } from '../files/names.ts';
import { download } from './download.ts';
import type { Downloaded } from './download.ts';
import { exitCodes, reasonOf, ServerError } from './exit.ts';
import type { ExitCode } from './exit.ts';
import type { FormatFlags } from './format-flags.ts';
import type { Input } from './inputs.ts';
import type { Output, Place } from './output.ts';
import { nameTheMask } from './mask-files.ts';
import type { UsableServer } from './private-server.ts';
import type { Outcome, Reporter } from './reporter.ts';
import { requestError } from './request-error.ts';
import { cliMessage } from './texts.ts';

/** Attempts in a row to reconnect to the stream of a batch. */
const maxRetries = 5;

interface ConvertOptions {
  inputs: readonly Input[];
  server: UsableServer;
  output: Output;
  wanted: FormatFlags;
  reporter: Reporter;
  /** Stops the run: what was uploaded is cancelled. */
  signal: AbortSignal;
  faceLimit: number | undefined;
  model: string | undefined;
  modelOptions: Record<string, unknown> | undefined;
  /** Do not reuse earlier results. */
  fresh: boolean;
}

/** The types that the server sends the formats as. */
const mimeTypes: Readonly<Record<DownloadFormat, string>> = {
  glb: 'model/gltf-binary',
  obj: 'application/zip',
  stl: 'model/stl',
  ply: 'application/octet-stream',
  usdz: 'model/vnd.usdz+zip',
  '3mf': 'model/3mf',
};

/** How long an upload may still be answered once the run is stopped, in ms. */
const lastAnswerMs = 2000;

/**
 * Makes a model from every input and writes it out, in batches as large as the server accepts. Resolves with the exit
 * code once each input has been reported as ended.
 * @throws ServerError if the server cannot be used at all, UsageError if it rejects the options
 */
export async function convert(options: ConvertOptions): Promise<ExitCode> {
  const started = performance.now();
  const run = new Run(options);
  options.reporter.begin(options.inputs);
  let failure: unknown;
  try {
    await run.all();
  } catch (error) {
    failure = error;
  }
  const { completed, failed, cancelled } = run.endAll(failure);
  const seconds = Math.round((performance.now() - started) / 100) / 10;
  await options.reporter.finish({ total: options.inputs.length, completed, failed, cancelled, seconds });
  if (options.signal.aborted) return exitCodes.interrupted;
  if (failure !== undefined) throw failure;
  return completed === options.inputs.length ? exitCodes.made : exitCodes.someFailed;
}

async function openInput({ path, name, mask }: Input): Promise<MaskedFile> {
  const file = new File([await openAsBlob(path)], name);
  return { file, mask: mask && (await openAsBlob(mask.path)) };
}

/** What the server has accepted by now is only cancelled once its answer says what it is. */
function abortedLater(signal: AbortSignal): AbortSignal {
  const late = new AbortController();
  signal.addEventListener('abort', () => {
    AbortSignal.timeout(lastAnswerMs).addEventListener('abort', () => late.abort(signal.reason));
  });
  return late.signal;
}

/** One run over all inputs: what has ended, and what must be cancelled if it stops. */
class Run {
  readonly #options: ConvertOptions;
  readonly #api: ApiService;
  readonly #ended = new Map<Input, Outcome>();
  #turn: Promise<unknown> = Promise.resolve();

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

  /** Ends every input that has not ended, and counts. */
  endAll(failure: unknown): Record<Outcome['status'], number> {
    const counts = { completed: 0, failed: 0, cancelled: 0 };
    for (const input of this.#options.inputs) {
      if (!this.#ended.has(input)) {
        if (failure === undefined || this.#options.signal.aborted) this.#end(input, { status: 'cancelled' });
        else this.#end(input, { status: 'failed', code: 'NOT_DONE', error: reasonOf(failure) });
      }
      const outcome = this.#ended.get(input);
      if (outcome !== undefined) counts[outcome.status] += 1;
    }
    return counts;
  }

  /** Uploads a batch. A file that the server rejects ends here; the others are sent without it. */
  async #upload(batch: readonly Input[]): Promise<Accepted | undefined> {
    const { signal, faceLimit, model, modelOptions, fresh } = this.#options;
    let left = [...batch];
    while (left.length > 0) {
      signal.throwIfAborted();
      const files = await Promise.all(left.map(openInput));
      const answer = await this.#api.uploadBatch(files, {
        signal: abortedLater(signal),
        faceLimit,
        model,
        options: modelOptions,
        reuse: fresh ? false : undefined,
        retries: 2,
      });
      if (answer.success) return { answer, inputs: left };
      const rejected = this.#reject(answer, left);
      left = left.filter((input) => !rejected.has(input));
    }
    return undefined;
  }

  #reject(failure: Failure, inputs: readonly Input[]): Set<Input> {
    const rejected = new Set<Input>();
    for (const item of failure.errors) {
      const input = inputs.find(({ name }) => name === item.filename);
      if (input === undefined) continue;
      rejected.add(input);
      this.#end(input, { status: 'failed', code: item.code, error: nameTheMask(toMessage(item.detail, item), input) });
    }
    if (rejected.size === 0) throw requestError(failure);
    return rejected;
  }

  /** Follows a task to its end and fetches each model as soon as it is there. */
  async #follow({ answer, inputs }: Accepted): Promise<void> {
    const { signal, reporter } = this.#options;
    const byId = new Map(answer.uploadedFiles.map(({ fileId }, index) => [fileId, inputs[index]]));
    const saving: Promise<void>[] = [];
    try {
      for await (const event of watch(answer.taskId, { ...this.#api.streamOptions(), signal, maxRetries })) {
        if (event.type !== 'file_update') continue;
        const input = byId.get(event.data.file_id);
        if (input === undefined || this.#ended.has(input)) continue;
        if (hasEnded(event.data.status)) {
          byId.delete(event.data.file_id);
          saving.push(this.#settle(input, answer.jobId, event.data));
        } else {
          reporter.progress(input, event.data.progress, toMessage(event.data.message, event.data));
        }
      }
      await Promise.all(saving);
    } catch (error) {
      await Promise.allSettled(saving);
      // Nobody will fetch what is still being made.
      await this.#api.cancelTask(answer.taskId, { signal: AbortSignal.timeout(2000) });
      if (!signal.aborted) throw connectionError(error);
    }
  }

  async #settle(input: Input, jobId: string, file: FileUpdate): Promise<void> {
    if (file.status === 'cancelled') return this.#end(input, { status: 'cancelled' });
    if (file.result === undefined) {
      const error = file.error === undefined ? cliMessage('cli.failed') : toMessage(file.error, file);
      return this.#end(input, { status: 'failed', code: file.details?.code ?? 'GENERATION_FAILED', error });
    }
    this.#end(input, await this.#save(input, jobId, file.result));
  }

  async #save(input: Input, jobId: string, model: ModelFile): Promise<Outcome> {
    const { output, wanted, signal } = this.#options;
    let place: Place | undefined;
    try {
      place = await onDisk(output.reserve(input.name, wanted.formats.map(extensionOf)));
      const arrived: Downloaded[] = [];
      for (const format of wanted.formats) arrived.push(await this.#download(jobId, model, format, place));
      const paths = await onDisk(place.finish());
      const outputs = wanted.formats.map((format, index) => ({ format, output: paths[index]!, ...arrived[index]! }));
      return { status: 'completed', outputs, statistics: model.statistics };
    } catch (error) {
      await place?.abandon();
      if (signal.aborted) return { status: 'cancelled' };
      if (!(error instanceof ApiError)) throw error;
      const { code, message: text, messageId: id, messageValues: values } = error;
      return { status: 'failed', code, error: { text, id, values } };
    }
  }

  async #download(jobId: string, model: ModelFile, format: DownloadFormat, place: Place): Promise<Downloaded> {
    const { server, wanted, signal } = this.#options;
    const { sizeMm, origin } = wanted;
    // As it was made, its checksum is in the list.
    const isStored = format === 'glb' && sizeMm === undefined && origin === undefined;
    const load = async (): Promise<Downloaded> =>
      await download({
        url: this.#api.downloadUrl(jobId, model.filename, isStored ? {} : { format, sizeMm, origin }),
        apiKey: server.apiKey,
        expected: isStored ? { mimeType: model.mime_type, sha256: model.sha256 } : { mimeType: mimeTypes[format] },
        write: (body) => place.write(extensionOf(format), body, signal),
        signal,
      });
    return await (isStored ? load() : this.#inTurn(load));
  }

  /** One conversion after the other: the server has one thread for them, and lets few wait. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => undefined);
    return turn;
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

function connectionError(error: unknown): ServerError {
  if (error instanceof ApiError && error.code === 'CONNECTION_FAILED') {
    return new ServerError(cliMessage('cli.gave_up', { attempts: maxRetries }));
  }
  return new ServerError(cliMessage('cli.connection_lost', { reason: reasonOf(error).text }));
}

/** @throws ApiError where the disk refuses it */
async function onDisk<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new ApiError(reasonOf(error).text, { code: 'NOT_WRITTEN' });
  }
}
