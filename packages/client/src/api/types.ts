import type { FileStatus, Task, TaskStatus } from '@image2model/protocol';

/** What a model can be downloaded as, besides GLB. */
export type DownloadFormat = 'glb' | 'obj' | 'stl' | 'ply' | 'usdz';

/** A job in a list. */
export interface JobSummary {
  job_id: string;
  status: TaskStatus;
  created_at: string;
  total_files: number;
  [field: string]: unknown;
}

/** A page of jobs, newest first. `next_cursor` is missing or null on the last one. */
export interface JobList {
  jobs: JobSummary[];
  next_cursor?: string | null;
}

/** A job with its files and its tasks. */
export interface Job extends JobSummary {
  files: { file_id: string; filename: string; status: FileStatus; [field: string]: unknown }[];
  tasks: Partial<Task>[];
}

export interface RetryJobOptions {
  model?: string;
  options?: Record<string, unknown>;
}

/** A single-use ticket, good for 60 s. */
export interface Ticket {
  ticket: string;
  expires_at: string;
  /** Seconds. */
  expires_in: number;
}

/** Who is let in. */
export interface Session {
  /** Whether requests like this one are. */
  authenticated: boolean;
  /** Whether the server asks for a key at all. */
  required: boolean;
}
