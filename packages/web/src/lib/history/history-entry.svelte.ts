import type { JobFile, SSEManager } from '@image2model/client';
import { hasEnded, type JobSummary } from '@image2model/protocol';

/** The fields of a batch that the list shows. */
export type HistoryJob = Pick<
  JobSummary,
  'job_id' | 'status' | 'model' | 'created_at' | 'total_files' | 'completed_files' | 'failed_files' | 'task_id'
> & {
  files: readonly Pick<JobFile, 'file_id' | 'filename' | 'status' | 'progress' | 'photo_url' | 'result'>[];
};

/** One row of the list. Each has its own state, so that progress of one batch among thousands redraws that row alone. */
export class HistoryEntry {
  job: HistoryJob = $state.raw({} as HistoryJob);
  /** 0 to 100, while it runs. */
  progress = $state(0);
  /** A request to the server is pending. */
  busy = $state(false);
  readonly running: boolean = $derived(!hasEnded(this.job.status));
  readonly canRetry: boolean = $derived(!this.running && this.job.completed_files < this.job.total_files);
  #stream: { close(): void } | undefined;

  constructor(job: HistoryJob) {
    this.set(job);
  }

  set(job: HistoryJob): void {
    this.job = job;
    this.progress = job.files.reduce((sum, { progress }) => sum + progress, 0) / (job.files.length || 1);
  }

  /** Follows the batch while it runs; `ended` is called when the server knows more than the stream says. */
  follow(streams: Pick<SSEManager, 'connect'>, ended: () => void): void {
    this.close();
    if (!this.running) return;
    this.#stream = streams.connect(this.job.task_id, {
      onProgress: ({ status, progress }) => {
        this.progress = progress;
        if (status !== this.job.status && !hasEnded(status)) this.job = { ...this.job, status };
      },
      onComplete: ended,
      onCancelled: ended,
      // An error with details is the end of the task; without, only the stream ended, and the job is unchanged.
      onError: ({ details }) => details && ended(),
    });
  }

  /** Closes the stream. The work continues. */
  close(): void {
    this.#stream?.close();
    this.#stream = undefined;
  }
}
