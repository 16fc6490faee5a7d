import type { ApiService } from '@image2model/client';
import type { ModelFile } from '@image2model/protocol';

/** A file of the job that did not become a model. */
export interface MissingFile {
  fileId: string;
  filename: string;
  status: 'failed' | 'cancelled';
  message: string;
}

/** What the results page shows: the models of one job, which one is on the stage, and what did not work. */
export class JobResults {
  readonly jobId: string;
  readonly #api: ApiService;
  state = $state<'loading' | 'ready' | 'failed'>('loading');
  /** A sentence for a person, where loading or an action failed. */
  error = $state('');
  errorCode = $state('');
  models = $state.raw<ModelFile[]>([]);
  missing = $state.raw<MissingFile[]>([]);
  /** Files that are still being worked on. */
  open = $state(0);
  #chosen = $state('');
  readonly chosen = $derived(this.models.find((model) => model.file_id === this.#chosen) ?? this.models[0]);

  constructor(api: ApiService, jobId: string) {
    this.#api = api;
    this.jobId = jobId;
  }

  async load(): Promise<void> {
    const [list, progress] = await Promise.all([
      this.#api.getJobFiles(this.jobId),
      this.#api.getJobProgress(this.jobId),
    ]);
    const refused = list.success ? progress : list;
    if (!list.success || !progress.success) {
      if (refused.success) return;
      this.error = refused.error;
      this.errorCode = refused.code;
      this.state = 'failed';
      return;
    }
    this.models = list.files;
    const files = Object.entries(progress.files);
    this.missing = files.flatMap(([fileId, { filename, status, message }]) =>
      status === 'failed' || status === 'cancelled' ? [{ fileId, filename, status, message }] : [],
    );
    this.open = files.filter(([, { status }]) => status === 'pending' || status === 'processing').length;
    this.state = 'ready';
  }

  choose(fileId: string): void {
    this.#chosen = fileId;
  }

  /** Runs again what did not work. The id of the new task, or undefined with `error` set. */
  async retry(): Promise<string | undefined> {
    const answer = await this.#api.retryJob(this.jobId);
    if (answer.success) return answer.taskId;
    this.error = answer.error;
    return undefined;
  }

  /** Removes the job with all its files. False, with `error` set, where the server would not. */
  async remove(): Promise<boolean> {
    const answer = await this.#api.deleteJob(this.jobId);
    if (!answer.success) this.error = answer.error;
    return answer.success;
  }

  /** Where the photo of a model is. */
  photoUrl(model: ModelFile): string {
    return this.#api.downloadUrl(this.jobId, 'photos').concat('/', model.file_id);
  }
}
