import type { DownloadFormat, JobSummary, MessageValues, Origin } from '@image2model/protocol';
import type { Mask } from './masks.ts';

/** How a model is to be downloaded. */
export interface DownloadOptions {
  format?: DownloadFormat | undefined;
  /**
   * The longest side of the object in millimetres, 1 to 100 000. Without it a model is 100 mm long as STL or 3MF, and as
   * large as it was made in other formats.
   */
  sizeMm?: number | undefined;
  /** Where the origin is: under the middle of the object, or in its middle. */
  origin?: Origin | undefined;
  /** Of `createTicket`. */
  ticket?: string | undefined;
}

/** A photo of a job and its model. */
export type JobFile = JobSummary['files'][number];

export interface RetryJobOptions {
  model?: string | undefined;
  /** Without a `model`, they change only what they name of the job's. */
  options?: Record<string, unknown> | undefined;
  /** Maximum number of faces of a model, from 100. Default: as before. */
  faceLimit?: number | null | undefined;
  /** Only these files, also those that have a model; it stays until the new one is there. */
  fileIds?: readonly string[] | undefined;
  /** New masks by the names of their photos: these files run again, also those that have a model. */
  masks?: Readonly<Record<string, Mask>> | undefined;
  /** Ids of files that run again without the mask that they had. */
  dropMasks?: readonly string[] | undefined;
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
  /** What the shapes are of; without it, of the likeliest cut. */
  mask?: Blob | undefined;
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
