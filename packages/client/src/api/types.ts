import type { JobSummary } from '@image2model/protocol';

/** Formats that a model can be downloaded in. */
export type DownloadFormat = 'glb' | 'obj' | 'stl' | 'ply' | 'usdz';

/** A photo of a job and its model. */
export type JobFile = JobSummary['files'][number];

export interface RetryJobOptions {
  model?: string;
  options?: Record<string, unknown>;
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
