import type {
  Cuts,
  DownloadList,
  Health,
  Job,
  JobList,
  JobProgress,
  ModelList,
  Task,
  Ticket,
} from '@image2model/protocol';
import { apiUrl } from '../address.ts';
import type { ProgressCallbacks } from '../callbacks.ts';
import type { Credential } from '../connection-options.ts';
import type { ApiError } from '../errors.ts';
import type { Feed, FeedOptions } from '../feed.ts';
import { createProgressStream } from '../stream.ts';
import { checkText } from '../header-texts.ts';
import { fieldsOf, formOf, withQuery } from './form.ts';
import { requestJson } from './http.ts';
import type { HttpRequest } from './http.ts';
import { toResult } from './results.ts';
import type { Result } from './results.ts';
import { appendMask } from './masks.ts';
import { camelCase, uploadBatch } from './upload.ts';
import type { MaskedFile, UploadAnswer, UploadFile, UploadOptions } from './upload.ts';
import type {
  CleanupAnswer,
  CutsOptions,
  DiskUsage,
  DownloadOptions,
  RetryAnswer,
  RetryJobOptions,
  Session,
} from './types.ts';

export interface ApiServiceOptions extends Omit<FeedOptions, 'apiKey' | 'lastEventId'> {
  /** Sent in a header with every request. Pages with a session do not need it. */
  apiKey?: string | undefined;
}

export interface CallOptions {
  signal?: AbortSignal | undefined;
}

/**
 * The whole API of one server. Calls do not throw. Each returns the fields of the response with `success: true`, or
 * `success: false` with `error`, `code`, `status`, `retryable` and `errors`.
 */
export class ApiService {
  readonly #options: ApiServiceOptions;
  #baseUrl: string | undefined;
  #apiKey: string | undefined;

  constructor(options: ApiServiceOptions = {}) {
    this.#options = options;
    this.#baseUrl = options.baseUrl;
    this.#apiKey = options.apiKey;
  }

  /** Sets the key for all further requests, including reconnects of open streams; `undefined` removes it. */
  setApiKey(apiKey: string | undefined): void {
    this.#apiKey = apiKey;
  }

  /** Sets the server for all further requests; open streams stay with theirs. */
  setBaseUrl(baseUrl: string | undefined): void {
    this.#baseUrl = baseUrl;
  }

  /** Uploads 1 to 25 images as one job. Retried if the network fails, and still counted once. */
  uploadBatch(files: Iterable<UploadFile | MaskedFile>, options?: UploadOptions): Promise<Result<UploadAnswer>> {
    const images = [...files];
    return toResult(this.#authenticated(() => uploadBatch(this.#http(), images, options)));
  }

  /** Follows a task. Returns at once, before any callback; see {@link ProgressCallbacks}. */
  createProgressStream(taskId: string, callbacks?: ProgressCallbacks, options?: FeedOptions): Feed {
    return createProgressStream(taskId, callbacks, { ...this.streamOptions(), ...options });
  }

  /** Server, key and settings of this service, for `watch`, `SSEManager` and `createProgressStore`. */
  streamOptions(): FeedOptions {
    return { ...this.#options, baseUrl: this.#baseUrl, apiKey: () => this.#apiKey, refreshAuth: this.#refreshAuth };
  }

  /** The current state of a task. */
  getJobStatus(taskId: string, options?: CallOptions): Promise<Result<Task>> {
    return this.#call(`/status/tasks/${part(taskId)}`, 'status', options);
  }

  getJobProgress(jobId: string, options?: CallOptions): Promise<Result<JobProgress>> {
    return this.#call(`/status/jobs/${part(jobId)}/progress`, 'files', options);
  }

  /** The finished models of a job, as a download list. */
  getJobFiles(jobId: string, options?: CallOptions): Promise<Result<DownloadList>> {
    return this.#call(`/download/${part(jobId)}/all`, 'download_urls', options);
  }

  /**
   * Ways to cut the object of a photo out, the likeliest first: each with its mask, to show and to upload. Nothing is
   * stored.
   */
  cuts(file: UploadFile, { shapes, mask, signal }: CutsOptions & CallOptions = {}): Promise<Result<Cuts>> {
    const body = new FormData();
    body.append('file', file);
    if (mask) body.append('mask', mask);
    return this.#call(shapes ? '/cuts?shapes=1' : '/cuts', 'candidates', { method: 'POST', signal, body });
  }

  getModels(options?: CallOptions): Promise<Result<ModelList>> {
    return this.#call('/models/available', 'models', options);
  }

  getHealth(options?: CallOptions): Promise<Result<Health>> {
    return this.#call('/health', 'status', options);
  }

  /** Cancels the unfinished files of a task. `TASK_ENDED` if there are none. */
  cancelTask(taskId: string, options?: CallOptions): Promise<Result<object>> {
    return this.#call(`/status/tasks/${part(taskId)}/cancel`, 'status', { method: 'POST', ...options });
  }

  /** Cancels one file; the others continue. */
  cancelFile(taskId: string, fileId: string, options?: CallOptions): Promise<Result<object>> {
    return this.#call(`/status/tasks/${part(taskId)}/files/${part(fileId)}/cancel`, 'status', {
      method: 'POST',
      ...options,
    });
  }

  /** Lists jobs, newest first. `cursor` is the `next_cursor` of the previous page. */
  listJobs(options: CallOptions & { cursor?: string | undefined; limit?: number | undefined } = {}) {
    const { cursor, limit, ...rest } = options;
    return this.#call<JobList>(withQuery('/jobs', { cursor, limit }), 'jobs', rest);
  }

  /** A job with its files and its tasks. */
  getJob(jobId: string, options?: CallOptions): Promise<Result<Job>> {
    return this.#call(`/jobs/${part(jobId)}`, 'files', options);
  }

  /** Runs the failed and cancelled files again, as a new task of the same job. */
  retryJob(
    jobId: string,
    { masks, signal, ...options }: RetryJobOptions & CallOptions = {},
  ): Promise<Result<RetryAnswer>> {
    const retry = async () => {
      const json = fieldsOf(options);
      const body = formOf(json);
      for (const [name, mask] of Object.entries(masks ?? {})) appendMask(body, mask, name);
      const request = { method: 'POST', signal, ...(masks ? { body } : { json }) };
      return camelCase(await this.#request(`/jobs/${part(jobId)}/retry`, 'task_id', request)) as RetryAnswer;
    };
    return toResult(retry());
  }

  /** Deletes a job with its files and events. `JOB_RUNNING` while it runs. */
  deleteJob(jobId: string, options?: CallOptions): Promise<Result<object>> {
    return this.#call(`/jobs/${part(jobId)}`, 'status', { method: 'DELETE', ...options });
  }

  /**
   * Creates a ticket for clients that cannot send headers, to be used within 60 s: for one download, or for the events of
   * the task, to which whoever used it first may come back.
   */
  createTicket(taskId: string, options?: CallOptions): Promise<Result<Ticket>> {
    return this.#call(`/status/tasks/${part(taskId)}/ticket`, 'ticket', { method: 'POST', ...options });
  }

  /** Exchanges a key for a session cookie that scripts cannot read. */
  login(apiKey: string, options?: CallOptions): Promise<Result<Session>> {
    const login = async () => {
      const json = { api_key: checkText(apiKey, 'API key', 'INVALID_API_KEY') };
      // Does not go through `refreshAuth`: a 401 here means that this key is wrong.
      return await requestJson<Session>(this.#http(), '/session', 'required', { method: 'POST', json, ...options });
    };
    return toResult(login());
  }

  getSession(options?: CallOptions): Promise<Result<Session>> {
    return this.#call('/session', 'required', options);
  }

  logout(options?: CallOptions): Promise<Result<object>> {
    return this.#call('/session', 'required', { method: 'DELETE', ...options });
  }

  /** Needs an admin key. */
  getDiskUsage(options?: CallOptions): Promise<Result<DiskUsage>> {
    return this.#call('/admin/disk-usage', 'free_bytes', options);
  }

  /**
   * Deletes all owners' jobs that ended more than `hours` ago (default: the server's `RETENTION_HOURS`); `dryRun` only
   * counts them. Needs an admin key.
   */
  cleanup(options: CallOptions & { hours?: number; dryRun?: boolean } = {}): Promise<Result<CleanupAnswer>> {
    const { hours, dryRun: dry_run, signal } = options;
    return this.#call('/admin/cleanup', 'jobs', { method: 'POST', signal, json: { hours, dry_run } });
  }

  /**
   * URL of a finished model, for a link; `format`, `sizeMm` and `origin` convert it. It contains no key: use a session or a
   * ticket.
   */
  downloadUrl(jobId: string, filename: string, { sizeMm, ...options }: DownloadOptions = {}): string {
    const url = apiUrl(this.#baseUrl, `/download/${part(jobId)}/${part(filename)}`);
    return withQuery(url, { ...options, size_mm: sizeMm });
  }

  /** URL of a ZIP with all models of a job, converted in the same ways. */
  archiveUrl(jobId: string, options?: DownloadOptions): string {
    return this.downloadUrl(jobId, 'archive', options);
  }

  /** A refreshed key applies to all further requests. */
  readonly #refreshAuth = async (error: ApiError): Promise<Credential | undefined> => {
    const fresh = await this.#options.refreshAuth?.(error);
    if (typeof fresh === 'string') this.#apiKey = fresh;
    else if (fresh && 'apiKey' in fresh) this.#apiKey = fresh.apiKey;
    return fresh;
  };

  #call<T extends object>(path: string, field: string, request?: HttpRequest): Promise<Result<T>> {
    return toResult(this.#request<T>(path, field, request));
  }

  #request<T extends object>(path: string, field: string, request?: HttpRequest): Promise<T> {
    return this.#authenticated(() => requestJson<T>(this.#http(), path, field, request));
  }

  /** On 401, asks `refreshAuth` for another key and sends once more. */
  async #authenticated<T>(send: () => Promise<T>): Promise<T> {
    try {
      return await send();
    } catch (error) {
      if ((error as ApiError).code !== 'UNAUTHENTICATED') throw error;
      const fresh = await this.#refreshAuth(error as ApiError).catch(() => undefined);
      if (fresh === undefined) throw error;
      return await send();
    }
  }

  #http() {
    return { ...this.#options, baseUrl: this.#baseUrl, apiKey: this.#apiKey };
  }
}

const part = encodeURIComponent;
