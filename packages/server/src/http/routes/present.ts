import { hasEnded, initialTaskState, messageRef, overallProgress, reduceTask } from '@image2model/protocol';
import type { JobProgress, JobSummary, Message, MessageRef, Task } from '@image2model/protocol';
import { entryEvent } from '../../engine/contract.ts';
import type { Entry, JobFileRow, JobRow, TaskRow } from '../../engine/contract.ts';

/** A message as the wire has it: the sentence, and what other languages are made from. */
export function presentMessage(said: Message): { message: string } & MessageRef {
  return { message: said.text, ...messageRef(said) };
}

/** A task as the wire has it: the sum of its newest entries, what it takes as of now, and the times of its row. */
export function presentTask(row: TaskRow, entries: readonly Entry[], secondsLeft: number | null): Task {
  let state = initialTaskState(row.taskId);
  for (const entry of entries) state = reduceTask(state, entryEvent(entry));
  return {
    ...state,
    ...(secondsLeft !== null && !hasEnded(state.status) && { eta_seconds: secondsLeft }),
    job_id: row.jobId,
    created_at: isoTime(row.createdAt),
    ...(row.startedAt === null ? {} : { started_at: isoTime(row.startedAt) }),
    ...(row.finishedAt === null ? {} : { finished_at: isoTime(row.finishedAt) }),
  };
}

/** A job's progress, by file. */
export function presentProgress(job: JobRow): JobProgress {
  return {
    job_id: job.jobId,
    overall_progress: overallProgress(job.files),
    ...countFiles(job),
    files: Object.fromEntries(
      job.files.map(({ fileId, filename, status, progress, message }) => [
        fileId,
        { filename, status, progress, ...presentMessage(message) },
      ]),
    ),
    timestamp: Date.now(),
  };
}

/** The job as lists show it. */
export function presentJob(job: JobRow): JobSummary {
  return {
    job_id: job.jobId,
    status: job.status,
    model: job.model,
    face_limit: job.faceLimit,
    created_at: isoTime(job.createdAt),
    finished_at: job.finishedAt === null ? null : isoTime(job.finishedAt),
    ...countFiles(job),
    task_id: job.taskId,
    files: job.files.map((file) => presentFile(job.jobId, file)),
  };
}

function presentFile(jobId: string, file: JobFileRow): JobSummary['files'][number] {
  return {
    file_id: file.fileId,
    filename: file.filename,
    file_size: file.sizeBytes,
    content_type: file.contentType,
    status: file.status,
    progress: file.progress,
    ...presentMessage(file.message),
    photo_url: `/api/v1/download/${jobId}/photos/${file.fileId}`,
    ...(file.mask && { has_mask: true as const, mask_url: `/api/v1/download/${jobId}/masks/${file.fileId}` }),
    result: file.result,
    ...(file.attempts > 1 && { attempts: file.attempts }),
    ...(file.lastError !== null && presentLastError(file.lastError)),
  };
}

function presentLastError({ text, id, values }: Message) {
  return {
    last_error: text,
    ...(id !== undefined && { last_error_id: id }),
    ...(values !== undefined && { last_error_values: { ...values } }),
  };
}

function countFiles({ files }: JobRow) {
  return {
    total_files: files.length,
    completed_files: files.filter(({ status }) => status === 'completed').length,
    failed_files: files.filter(({ status }) => status === 'failed').length,
  };
}

/** ISO 8601 in UTC, of ms since the epoch. */
function isoTime(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
