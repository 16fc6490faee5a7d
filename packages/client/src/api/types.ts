import type { JobSummary, MessageValues } from '@image2model/protocol';
import type { Mask } from './masks.ts';

export type { DownloadFormat } from '@image2model/protocol';

/** A photo of a job and its model. */
export type JobFile = JobSummary['files'][number];

export interface RetryJobOptions {
  model?: string | undefined;
  options?: Record<string, unknown> | undefined;
  /** Maximum number of faces of a model, from 100. Default: as before. */
  faceLimit?: number | null | undefined;
  /** Only these files, also those that have a model; it stays until the new one is there. */
  fileIds?: readonly string[] | undefined;
  /** New masks by the names of their photos: these files run again, also those that have a model. */
  masks?: Readonly<Record<string, Mask>> | undefined;
}

/** An accepted retry. */
export interface RetryAnswer {
  jobId: string;
  /** Follow it with `createProgressStream(taskId, …)`. */
  taskId: string;
  status: 'queued';
  message: string;
  /** Id and values of `message`, for other languages. */
  messageId?: string;
  messageValues?: MessageValues;
}

export interface CutsOptions {
  /** Whether to propose shapes, too, with small previews. */
  shapes?: boolean | undefined;
}

/** Space on the server's disk and how much of it the data uses, in bytes. */
export interface DiskUsage {
  total_bytes: number;
  free_bytes: number;
  data_bytes: number;
  data_files: number;
}

/** How many jobs a clean-up removed, or would remove with `dry_run`. */
export interface CleanupAnswer {
  dry_run: boolean;
  jobs: number;
}

/** Whether the page is logged in. */
export interface Session {
  /** Whether this request was authenticated. */
  authenticated: boolean;
  /** Whether the server requires a key. */
  required: boolean;
}
