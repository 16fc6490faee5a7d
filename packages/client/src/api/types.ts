import type { FileStatus, ModelFile, Task, TaskStatus } from '@image2model/protocol';

/** What a model can be downloaded as, besides GLB. */
export type DownloadFormat = 'glb' | 'obj' | 'stl' | 'ply' | 'usdz';

/** A photo of a job, and the model made of it. */
export interface JobFile {
  file_id: string;
  filename: string;
  /** Bytes. */
  file_size: number;
  content_type: string;
  status: FileStatus;
  progress: number;
  message: string;
  /** Where the photo itself is, for a picture on a page. */
  photo_url: string;
  result: ModelFile | null;
}

/** A job in a list. */
export interface JobSummary {
  job_id: string;
  /** Of its last task. */
  status: TaskStatus;
  model: string;
  face_limit: number | null;
  created_at: string;
  finished_at: string | null;
  total_files: number;
  completed_files: number;
  failed_files: number;
  /** The last task: the one to follow. */
  task_id: string;
  files: JobFile[];
}

/** A page of jobs, newest first. `next_cursor` is null on the last one. */
export interface JobList {
  jobs: JobSummary[];
  next_cursor: string | null;
}

/** A job with all of its tasks. */
export interface Job extends JobSummary {
  tasks: Task[];
}

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
