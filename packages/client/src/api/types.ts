import type { JobSummary } from '@image2model/protocol';

/** What a model can be downloaded as, besides GLB. */
export type DownloadFormat = 'glb' | 'obj' | 'stl' | 'ply' | 'usdz';

/** A photo of a job, and the model made of it. */
export type JobFile = JobSummary['files'][number];

export interface RetryJobOptions {
  model?: string;
  options?: Record<string, unknown>;
}

/** Room on the server's disk, in bytes, and what of it the data takes. */
export interface DiskUsage {
  total_bytes: number;
  free_bytes: number;
  data_bytes: number;
  data_files: number;
}

/** Jobs that a clean-up removed, or would have. */
export interface CleanupAnswer {
  dry_run: boolean;
  jobs: number;
}

/** Who is let in. */
export interface Session {
  /** Whether requests like this one are. */
  authenticated: boolean;
  /** Whether the server asks for a key at all. */
  required: boolean;
}
