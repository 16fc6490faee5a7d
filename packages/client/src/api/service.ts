import type { DownloadList, Health, Job, JobList, JobProgress, ModelList, Task, Ticket } from '@image2model/protocol';
import { apiUrl } from '../address.ts';
import type { ProgressCallbacks } from '../callbacks.ts';
import type { Credential } from '../connection-options.ts';
import { ApiError } from '../errors.ts';
import type { Feed, FeedOptions } from '../feed.ts';
import { createProgressStream } from '../stream.ts';
import { requestJson } from './http.ts';
import type { HttpRequest } from './http.ts';
import { toResult } from './results.ts';
import type { Result } from './results.ts';
import { uploadBatch } from './upload.ts';
import type { UploadAnswer, UploadFile, UploadOptions } from './upload.ts';
import type { CleanupAnswer, DiskUsage, DownloadFormat, RetryJobOptions, Session } from './types.ts';

export interface ApiServiceOptions extends Omit<FeedOptions, 'apiKey' | 'lastEventId'> {
  /** Sent with every request, in a header. A page with a session needs none. */
  apiKey?: string | undefined;
}

export interface CallOptions {
  signal?: AbortSignal | undefined;
}

/**
 * The whole API of one server. Calls do not throw: each gives a result whose `success` tells, with the answer's own
 * fields in it, or `error`, `code`, `status`, `retryable` and `errors`.
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

  /** The key for all that follows, open streams' next connections too; nothing takes it away. */
  setApiKey(apiKey: string | undefined): void {
    this.#apiKey = apiKey;
  }

  /** The server for all that follows; streams that are open stay where they are. */
  setBaseUrl(baseUrl: string | undefined): void {
    this.#baseUrl = baseUrl;
  }

  /** Sends 1 to 25 images as one job. Sent again by itself where the network breaks, and counted once. */
  uploadBatch(files: Iterable<UploadFile>, options: UploadOptions = {}): Promise<Result<UploadAnswer>> {
    const images = [...files];
    return toResult(this.#admitted(() => uploadBatch(this.#http(), images, options)));
  }

  /** Follows a task. Returns at once; see {@link ProgressCallbacks}. */
  createProgressStream(taskId: string, callbacks: ProgressCallbacks = {}, options: FeedOptions = {}): Feed {
    return createProgressStream(taskId, callbacks, { ...this.streamOptions(), ...options });
  }

  /** What a stream needs to know of this service: address, key and settings. For `watch`, `SSEManager` and the store. */
  streamOptions(): FeedOptions {
    return { ...this.#options, baseUrl: this.#baseUrl, apiKey: () => this.#apiKey, refreshAuth: this.#refreshAuth };
  }

  /** The task as it is now. */
  getJobStatus(taskId: string, options?: CallOptions): Promise<Result<Task>> {
    return this.#call(`/status/tasks/${part(taskId)}`, options);
  }

  getJobProgress(jobId: string, options?: CallOptions): Promise<Result<JobProgress>> {
    return this.#call(`/status/jobs/${part(jobId)}/progress`, options);
  }

  /** The finished models of a job: the download list. */
  getJobFiles(jobId: string, options?: CallOptions): Promise<Result<DownloadList>> {
    return this.#call(`/download/${part(jobId)}/all`, options);
  }

  getModels(options?: CallOptions): Promise<Result<ModelList>> {
    return this.#call('/models/available', options);
  }

  getHealth(options?: CallOptions): Promise<Result<Health>> {
    return this.#call('/health', options);
  }

  /** Cancels what of a task has not ended. `TASK_ENDED` where nothing is left to cancel. */
  cancelTask(taskId: string, options?: CallOptions): Promise<Result<object>> {
    return this.#call(`/status/tasks/${part(taskId)}/cancel`, { method: 'POST', ...options });
  }

  /** Cancels one file; the others go on. */
  cancelFile(taskId: string, fileId: string, options?: CallOptions): Promise<Result<object>> {
    return this.#call(`/status/tasks/${part(taskId)}/files/${part(fileId)}/cancel`, { method: 'POST', ...options });
  }

  /** Jobs, newest first. `cursor` is the `next_cursor` of the page before. */
  listJobs(options: CallOptions & { cursor?: string | undefined; limit?: number | undefined } = {}) {
    const { cursor, limit, ...rest } = options;
    const query = new URLSearchParams();
    if (cursor !== undefined) query.set('cursor', cursor);
    if (limit !== undefined) query.set('limit', String(limit));
    return this.#call<JobList>(`/jobs${query.size > 0 ? `?${query}` : ''}`, rest);
  }

  /** A job with its files and its tasks. */
  getJob(jobId: string, options?: CallOptions): Promise<Result<Job>> {
    return this.#call(`/jobs/${part(jobId)}`, options);
  }

  /** Runs the failed and cancelled files again, as a new task of the same job. */
  retryJob(
    jobId: string,
    options: RetryJobOptions & CallOptions = {},
  ): Promise<Result<{ taskId: string; jobId: string }>> {
    const { signal, ...json } = options;
    const call = this.#request<{ task_id: string }>(`/jobs/${part(jobId)}/retry`, { method: 'POST', json, signal });
    return toResult(call.then((answer) => ({ taskId: answer.task_id, jobId })));
  }

  /** Removes a job, its files and its events. `JOB_RUNNING` while it runs. */
  deleteJob(jobId: string, options?: CallOptions): Promise<Result<object>> {
    return this.#call(`/jobs/${part(jobId)}`, { method: 'DELETE', ...options });
  }

  /** A single-use ticket for a task's stream or downloads, good for 60 s: for what cannot send headers. */
  createTicket(taskId: string, options?: CallOptions): Promise<Result<Ticket>> {
    return this.#call(`/status/tasks/${part(taskId)}/ticket`, { method: 'POST', ...options });
  }

  /** Trades a key for a session cookie that the page's scripts cannot read. */
  login(apiKey: string, options?: CallOptions): Promise<Result<Session>> {
    const call = { method: 'POST', json: { api_key: apiKey }, ...options };
    // A wrong key is the answer here, and no reason to ask for another.
    return toResult(requestJson<Session>(this.#http(), '/session', call));
  }

  getSession(options?: CallOptions): Promise<Result<Session>> {
    return this.#call('/session', options);
  }

  logout(options?: CallOptions): Promise<Result<object>> {
    return this.#call('/session', { method: 'DELETE', ...options });
  }

  /** With an admin key. */
  getDiskUsage(options?: CallOptions): Promise<Result<DiskUsage>> {
    return this.#call('/admin/disk-usage', options);
  }

  /** With an admin key: removes jobs of all owners that ended so many hours ago; `dryRun` only counts them. */
  cleanup(options: CallOptions & { hours: number; dryRun?: boolean }): Promise<Result<CleanupAnswer>> {
    const { hours, dryRun = false, signal } = options;
    return this.#call('/admin/cleanup', { method: 'POST', json: { hours, dry_run: dryRun }, signal });
  }

  /** Address of a finished model, for a link; `format` converts. The key is not in it: use a session or a ticket. */
  downloadUrl(jobId: string, filename: string, options: { format?: DownloadFormat; ticket?: string } = {}): string {
    const query = new URLSearchParams(options);
    const url = apiUrl(this.#baseUrl, `/download/${part(jobId)}/${part(filename)}`);
    return query.size > 0 ? `${url}?${query}` : url;
  }

  /** Address of a ZIP of all models of a job. */
  archiveUrl(jobId: string): string {
    return apiUrl(this.#baseUrl, `/download/${part(jobId)}/archive`);
  }

  /** A key that a stream has been given anew is everybody's. */
  readonly #refreshAuth = async (error: ApiError): Promise<Credential | undefined> => {
    const fresh = await this.#options.refreshAuth?.(error);
    if (typeof fresh === 'string') this.#apiKey = fresh;
    else if (fresh && 'apiKey' in fresh) this.#apiKey = fresh.apiKey;
    return fresh;
  };

  #call<T extends object>(path: string, request?: HttpRequest): Promise<Result<T>> {
    return toResult(this.#request<T>(path, request));
  }

  #request<T extends object>(path: string, request?: HttpRequest): Promise<T> {
    return this.#admitted(() => requestJson<T>(this.#http(), path, request));
  }

  /** Sends, and sends once more where the server wants another key and `refreshAuth` has one. */
  async #admitted<T>(send: () => Promise<T>): Promise<T> {
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
      const fresh = await this.#refreshAuth(error).catch(() => undefined);
      if (fresh === undefined) throw error;
      return await send();
    }
  }

  #http() {
    const { fetch, credentials } = this.#options;
    return { baseUrl: this.#baseUrl, apiKey: this.#apiKey, fetch, credentials };
  }
}

const part = encodeURIComponent;
