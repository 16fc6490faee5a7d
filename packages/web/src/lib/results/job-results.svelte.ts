import type { ApiService, DownloadFormat, JobFile, RetryJobOptions, SSEManager } from '@image2model/client';
import {
  downloadFormats,
  type FileUpdate,
  hasEnded,
  type Job,
  type ModelFile,
  type ModelInfo,
} from '@image2model/protocol';
import type { CallError } from '../messages/error-kind.ts';
import { explain } from '../messages/errors.ts';
import { isRelief } from './facts.ts';
import { ownAddress } from '../services/own-address.ts';
import type { ServerMessage } from '../messages/translate.ts';

type Api = Pick<ApiService, 'cuts' | 'getJob' | 'getModels' | 'retryJob' | 'deleteJob'>;

/** A photo of the job whose cut-out can be mended. */
export interface CutPhoto {
  file_id: string;
  /** Its file name. */
  photoName: string;
  photoUrl: string;
  /** Where the mask is that was used, if there was one. */
  maskUrl?: string | undefined;
}

/** A model of the job, with the photo that it was made from. */
export interface JobModel extends ModelFile, CutPhoto {
  /** Where it is made again: how far that is, 0 to 100, and what is being done. */
  renewal?: (ServerMessage & { progress: number }) | undefined;
  /** Why it could not be made again the last time. */
  kept?: ServerMessage | undefined;
  /** Differs from that of the model that was here before; empty where this page has seen no other. */
  version: string;
  /** Attempts that it took. */
  attempts: number;
}

/** A file of the job that did not become a model, or whose model is lost. */
export interface MissingFile extends ServerMessage, CutPhoto {
  status: 'failed' | 'cancelled';
  /** Stable, for what to do next; empty where it was cancelled, or the message says it. */
  code: string;
  /** Whether it may succeed unchanged, another time. */
  retryable: boolean;
}

/** A file's place among the models of its job; without a model while it is being made, or until the others have ended. */
export interface Place {
  fileId: string;
  photoName: string;
  photoUrl: string;
  status: JobFile['status'];
  model?: JobModel | undefined;
}

/** What the results page shows: the models of one job, which one is on the stage, and what did not work. */
export class JobResults {
  readonly jobId: string;
  readonly #api: Api;
  readonly #streams: Pick<SSEManager, 'connect'>;
  /** By task: each is followed once. */
  readonly #followed = new Map<string, { close(): void }>();
  #loading: Promise<void> | undefined;
  #again = false;
  readonly #wanted: string;
  #chosen = $state('');
  state: 'loading' | 'ready' | 'failed' = $state('loading');
  /** Why it could not be loaded. */
  error: CallError | undefined = $state.raw();
  job: Job | undefined = $state.raw();
  /** The newest of each file that is being worked on. */
  #live: ReadonlyMap<string, FileUpdate> = $state.raw(new Map());
  /** When the first model that this page has seen of each file was made. */
  readonly #first = new Map<string, string>();
  /** All models that this server offers, for another attempt. */
  offered: readonly ModelInfo[] = $state.raw([]);

  readonly #updates: ReadonlyMap<string, FileUpdate> = $derived(
    // Tasks are sorted oldest first: a file's last update wins.
    new Map(this.job?.tasks.flatMap(({ files }) => files.map((update) => [update.file_id, update] as const))),
  );
  readonly models: readonly JobModel[] = $derived(
    this.job?.files.flatMap((file) => this.#modelOf(file, this.#updates.get(file.file_id))) ?? [],
  );
  readonly missing: readonly MissingFile[] = $derived(
    this.job?.files.flatMap((file) => this.#missingOf(file, this.#updates.get(file.file_id))) ?? [],
  );
  /** Files that were made, and of which the server has lost something since. */
  readonly lost: readonly MissingFile[] = $derived(this.job?.files.flatMap(lostOf) ?? []);
  /** Files that are still being worked on. */
  readonly open: number = $derived(this.job?.files.filter(isOpen).length ?? 0);
  /** Those of them that have a model already, which stays until the new one is there. */
  readonly renewed: number = $derived(this.models.filter(({ renewal }) => renewal).length);
  /**
   * The models in the order of their photos, with a place for each that may still come: what is there stays where it is when
   * another one is ready.
   */
  readonly places: readonly Place[] = $derived(
    this.job?.files.flatMap((file) => {
      const { file_id: fileId, status } = file;
      const { photoName, photoUrl } = cutPhotoOf(file);
      const model = this.models.find(({ file_id }) => file_id === fileId);
      return model || this.open > this.renewed ? [{ fileId, photoName, photoUrl, status, model }] : [];
    }) ?? [],
  );
  readonly chosen: JobModel | undefined = $derived(
    this.models.find((model) => model.file_id === this.#chosen) ?? this.models[0],
  );
  /** The model that made these, if this server still offers it. */
  readonly maker: ModelInfo | undefined = $derived(this.offered.find(({ id }) => id === this.job?.model));
  readonly formats: readonly DownloadFormat[] = $derived(
    // Of a model that is no longer offered: what this server can make of any GLB.
    downloadFormats.filter((format) => this.maker?.formats.includes(format) ?? true),
  );
  /** Size of the ZIP of all models, without the pictures in it, in bytes. */
  readonly totalSize: number = $derived(
    this.models.reduce(
      (sum, { size, extra_files = [] }) => sum + size + extra_files.reduce((extra, file) => extra + file.size, 0),
      0,
    ),
  );

  /** `streams` reports further models while the job runs; `wanted` is the file whose model is shown first, if it is there. */
  constructor(api: Api, streams: Pick<SSEManager, 'connect'>, jobId: string, wanted = '') {
    this.#api = api;
    this.#streams = streams;
    this.jobId = jobId;
    this.#wanted = wanted;
  }

  /** Fetches the job. If that is under way already, it is fetched once more afterwards, so that the newest is seen. */
  async load(): Promise<void> {
    this.#again = this.#loading !== undefined;
    this.#loading ??= this.#load();
    await this.#loading;
  }

  choose(fileId: string): void {
    this.#chosen = fileId;
  }

  /** Goes on to the next model (1) or the one before (-1), and from the last to the first. */
  step(by: 1 | -1): void {
    const count = this.models.length;
    const at = this.models.findIndex(({ file_id }) => file_id === this.chosen?.file_id);
    this.#chosen = this.models[(at + by + count) % count]?.file_id ?? '';
  }

  /** Retries what did not work, as before or with other options. The id of the new task, or why not. */
  async retry(options: RetryJobOptions = {}): Promise<{ taskId: string } | CallError> {
    const answer = await this.#api.retryJob(this.jobId, options);
    return answer.success ? { taskId: answer.taskId } : answer;
  }

  /**
   * Makes the model of a photo again, with a mask: what is white in it is kept. Without one, the model finds the object by
   * itself, whatever mask there was. Why not, if that is refused.
   */
  async mend({ file_id, photoName }: CutPhoto, mask?: Blob, shape?: string): Promise<CallError | undefined> {
    const options = shape === undefined ? undefined : { shape };
    const fileIds = [file_id];
    const cut = mask ? { masks: { [photoName]: mask } } : { dropMasks: fileIds };
    const answer = await this.retry({ fileIds, ...cut, options });
    if (!('taskId' in answer)) return answer;
    await this.load();
    return undefined;
  }

  /** The shapes that what a mask keeps of a photo may have, as far as the server and the model of the job have any. */
  async shapesOf(
    photo: Blob,
    options: { mask: Blob; signal: AbortSignal },
  ): Promise<readonly { shape: string; preview: string }[]> {
    if (!Object.hasOwn(this.maker?.options_schema['properties'] ?? {}, 'shape')) return [];
    const answer = await this.#api.cuts(photo, { shapes: true, ...options });
    return (answer.success && answer.shapes) || [];
  }

  /** Deletes the job with all its files. Gives an error text if the server refuses. */
  async remove(): Promise<string | undefined> {
    const answer = await this.#api.deleteJob(this.jobId);
    return answer.success || answer.code === 'JOB_NOT_FOUND' ? undefined : explain(answer);
  }

  /** Closes the streams; may be called twice. The work continues. */
  close(): void {
    for (const stream of this.#followed.values()) stream.close();
    this.#followed.clear();
  }

  async #load(): Promise<void> {
    const [job, models] = await Promise.all([
      this.#api.getJob(this.jobId),
      this.offered.length > 0 ? undefined : this.#api.getModels(),
    ]);
    this.#loading = undefined;
    if (models?.success) this.offered = models.models;
    if (job.success) {
      this.job = job;
      for (const { file_id, result } of job.files) {
        if (result && !this.#first.has(file_id)) this.#first.set(file_id, result.created_time);
      }
      // What is shown stays, whichever is ready next.
      if (this.#chosen === '') this.#chosen = firstToShow(this.models, this.#wanted);
      this.error = undefined;
      this.state = 'ready';
      this.#follow(job);
    } else {
      this.error = job;
      if (this.job === undefined || job.code === 'JOB_NOT_FOUND') this.state = 'failed';
    }
    if (this.#again) await this.load();
  }

  /** Follows what is being done: while a batch is made, one of its models may already be made again. */
  #follow({ status, task_id, tasks }: Job): void {
    if (hasEnded(status)) return;
    const open = tasks.filter((task) => !hasEnded(task.status)).map((task) => task.task_id);
    for (const taskId of new Set([task_id, ...open])) {
      if (!this.#followed.has(taskId)) this.#followed.set(taskId, this.#connect(taskId));
    }
  }

  #connect(taskId: string): { close(): void } {
    const look = () => void this.load();
    return this.#streams.connect(taskId, {
      onFileUpdate: (update) => {
        const live = new Map(this.#live).set(update.file_id, update);
        // What ended may be made again by another task.
        if (hasEnded(update.status)) live.delete(update.file_id);
        this.#live = live;
        if (hasEnded(update.status) && this.#isNews(update)) look();
      },
      onComplete: look,
      onCancelled: look,
      onError: look,
    });
  }

  #isNews({ file_id, status }: FileUpdate): boolean {
    return this.job?.files.find((file) => file.file_id === file_id)?.status !== status;
  }

  #modelOf(file: JobFile, update?: FileUpdate): JobModel[] {
    const { result } = file;
    if (result === null || result.missing) return [];
    const { rendered_image: preview, extra_files: extras } = result;
    const first = this.#first.get(file.file_id) ?? result.created_time;
    const version = first === result.created_time ? '' : result.created_time;
    const model = {
      ...result,
      rendered_image:
        preview && !preview.missing ? { ...preview, url: versioned(ownAddress(preview.url), version) } : null,
      ...(extras && { extra_files: extras.map((extra) => ({ ...extra, url: ownAddress(extra.url) })) }),
    };
    const live = this.#live.get(file.file_id);
    return [
      {
        ...model,
        ...cutPhotoOf(file),
        renewal: isOpen(file) ? (live ?? file) : undefined,
        kept: file.message_id?.startsWith('file.remake_') ? file : undefined,
        version,
        attempts: update?.attempts ?? 1,
      },
    ];
  }

  #missingOf(file: JobFile, update?: FileUpdate): MissingFile[] {
    const { status } = file;
    if (status !== 'failed' && status !== 'cancelled') return [];
    const { message_id, message_values } = update?.error === undefined ? file : update;
    return [
      {
        ...cutPhotoOf(file),
        status,
        message: update?.error ?? file.message,
        message_id,
        message_values,
        code: status === 'failed' ? (update?.details?.code ?? 'GENERATION_FAILED') : '',
        retryable: status === 'cancelled' || (update?.details?.retryable ?? true),
      },
    ];
  }
}

/** The model that is shown first: the wanted one, else the first that is a body, else the first. */
function firstToShow(models: readonly JobModel[], wanted: string): string {
  const first =
    models.find(({ file_id }) => file_id === wanted) ?? models.find((model) => !isRelief(model)) ?? models[0];
  return first?.file_id ?? '';
}

function isOpen({ status }: Pick<JobFile, 'status'>): boolean {
  return status === 'pending' || status === 'processing';
}

function cutPhotoOf({ file_id, filename, photo_url, mask_url }: JobFile): CutPhoto {
  const maskUrl = mask_url === undefined ? undefined : ownAddress(mask_url);
  return { file_id, photoName: filename, photoUrl: ownAddress(photo_url), maskUrl };
}

/** The address of a file that may have replaced one of the same name, which the browser would show again. */
export function versioned(url: string, version: string): string {
  if (version === '') return url;
  return `${url}${url.includes('?') ? '&' : '?'}v=${encodeURIComponent(version)}`;
}

function lostOf(file: JobFile): MissingFile[] {
  const { status, result } = file;
  // Where another attempt failed, that is what is said of it.
  if (status !== 'completed' || result?.message === undefined) return [];
  const { message, message_id, message_values } = result;
  const said = { message, message_id, message_values };
  // The message says what to do as well.
  return [{ ...cutPhotoOf(file), status: 'failed', ...said, code: '', retryable: true }];
}
