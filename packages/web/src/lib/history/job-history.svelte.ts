import type { ApiService, SSEManager } from '@image2model/client';
import { hasEnded, type JobSummary } from '@image2model/protocol';

/** A batch as the list shows it. */
export interface HistoryJob extends Pick<
  JobSummary,
  'job_id' | 'status' | 'created_at' | 'total_files' | 'completed_files' | 'task_id'
> {
  /** 0 to 100, while it runs and is followed. */
  progress?: number;
  files: readonly Pick<JobSummary['files'][number], 'file_id' | 'filename' | 'status' | 'photo_url'>[];
}

/** What somebody has had made, newest first, page by page. */
export class JobHistory {
  readonly #api: Pick<ApiService, 'listJobs' | 'deleteJob'>;
  readonly #streams: Pick<SSEManager, 'connect'>;
  readonly #open: { close(): void }[] = [];
  #cursor: string | undefined;

  jobs: readonly HistoryJob[] = $state.raw([]);
  search = $state('');
  state: 'loading' | 'ready' | 'failed' = $state('loading');
  error = $state('');
  hasMore = $state(false);

  /** The jobs of which a file's name holds what is searched for. */
  readonly found: readonly HistoryJob[] = $derived.by(() => {
    const wanted = this.search.trim().toLowerCase();
    return this.jobs.filter(({ files }) => files.some(({ filename }) => filename.toLowerCase().includes(wanted)));
  });

  /** `streams` brings the progress of the jobs that still run. */
  constructor(api: Pick<ApiService, 'listJobs' | 'deleteJob'>, streams: Pick<SSEManager, 'connect'>) {
    this.#api = api;
    this.#streams = streams;
  }

  /** Fetches the first page, or the next one. */
  async load(): Promise<void> {
    const answer = await this.#api.listJobs({ cursor: this.#cursor });
    if (!answer.success) {
      this.error = answer.error;
      this.state = 'failed';
      return;
    }
    const jobs = answer.jobs;
    this.jobs = [...this.jobs, ...jobs];
    for (const job of jobs) if (!hasEnded(job.status)) this.#follow(job);
    this.#cursor = answer.next_cursor ?? undefined;
    this.hasMore = this.#cursor !== undefined;
    this.state = 'ready';
  }

  /** Deletes a job with its photos and models. A sentence where the server would not. */
  async remove(jobId: string): Promise<string | undefined> {
    const answer = await this.#api.deleteJob(jobId);
    if (!answer.success && answer.code !== 'JOB_NOT_FOUND') return answer.error;
    this.jobs = this.jobs.filter((job) => job.job_id !== jobId);
    return undefined;
  }

  /** Lets go of all that is followed. The work goes on. */
  close(): void {
    for (const stream of this.#open.splice(0)) stream.close();
  }

  #follow({ job_id, task_id }: HistoryJob): void {
    const change = (news: Partial<HistoryJob>) => {
      this.jobs = this.jobs.map((job) => (job.job_id === job_id ? { ...job, ...news } : job));
    };
    const stream = this.#streams.connect(task_id, {
      onProgress: ({ status, progress }) => change({ status, progress }),
      onComplete: ({ result }) => change({ status: 'completed', completed_files: result.successful_files }),
      onCancelled: () => change({ status: 'cancelled' }),
      // An error with details is the task's own ending; else only the stream ended, and the job stays as it was.
      onError: ({ details }) => details && change({ status: 'failed' }),
    });
    this.#open.push(stream);
  }
}
