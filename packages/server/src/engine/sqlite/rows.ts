import type { Message, ModelFile } from '@image2model/protocol';
import type { Entry, IdempotencyRecord, JobRow, NewFile, StoredMask, StoredShare, TicketGrant } from '../contract.ts';
import type { FileState, TaskState } from '../task-state.ts';

/** The columns of a message: `messageValues` is JSON. */
interface MessageColumns {
  message: string;
  messageId: string | null;
  messageValues: string | null;
}

/** A row of `jobs`; `options` is JSON. */
export interface JobRecord extends Omit<JobRow, 'options' | 'status' | 'finishedAt' | 'taskId' | 'taskIds' | 'files'> {
  options: string;
}

/** A row of `tasks`. Times are the store's, in ms. */
export interface TaskRecord extends Omit<TaskState, 'message' | 'files' | keyof JobRecord>, JobRecord, MessageColumns {
  place: number;
  /** When the task was last served, on a counter over all tasks: among equals the one longest not served is next. */
  turn: number;
  /** From when on only the newest entry of each key is kept; null before the end and after that is done. */
  compactAt: number | null;
  /** See {@link LiveTask}, as for the next one. */
  reserved: number;
  skippedTo: number;
}

/** A row of `task_files`, with the name of its file. What is an object in {@link FileState} is JSON. */
export interface FileRecord
  extends Omit<FileState, 'message' | 'result' | 'details' | 'lastError' | 'remembered' | 'remakes'>, MessageColumns {
  result: string | null;
  details: string | null;
  lastError: string | null;
  lastErrorId: string | null;
  lastErrorValues: string | null;
  remembered: string | null;
  remakes: 0 | 1;
}

/** The columns of a mask: null where a file has none. */
type MaskColumns = { [Name in keyof StoredMask as `mask${Capitalize<Name>}`]: StoredMask[Name] | null };

/** A row of `files`, with that of its mask. */
type ImageRecord = Omit<NewFile, 'mask'> & MaskColumns;

/** A row of `entries`. */
type EntryRecord = Omit<Entry, 'taskId'>;

/** The row that each query gives. */
export interface QueryRows {
  job: JobRecord;
  jobsOfOwner: JobRecord;
  unfinishedTask: { place: number };
  finishedJobs: { jobId: string };
  unknownJobs: { jobId: string };
  resultsBefore: { attemptId: string | null };
  resultOf: { jobId: string; result: string; attemptId: string | null };
  idempotency: IdempotencyRecord;
  filenames: { fileId: string; filename: string };
  filesOfJob: ImageRecord;
  file: ImageRecord;
  tasksOfJob: TaskRecord;
  task: TaskRecord;
  taskAt: TaskRecord;
  taskFiles: FileRecord;
  allLeasedFiles: { place: number; token: string; crashes: number };
  dueFiles: { place: number };
  begunFile: { place: number; fileId: string };
  waitingFile: { fileId: string };
  nextTask: { place: number };
  lastTurn: { turn: number };
  waitingToOffer: { place: number; model: string };
  delayedToOffer: { place: number; model: string };
  counts: { waiting: number; running: number };
  usage: { files: number; bytes: number };
  nextDue: { due: number | null };
  nextCompaction: { due: number | null };
  tasksToCompact: { place: number; sequence: number; head: number };
  queuedCount: { count: number };
  queuedBefore: { count: number };
  queuedFrom: { place: number; queuePosition: number | null };
  journal: { lines: string };
  entriesFrom: EntryRecord;
  replacedFrom: { lines: string };
  newestEntries: EntryRecord;
  waitingSizes: { place: number; turn: number; model: string; pixels: number | null };
  timings: { model: string; pixels: number | null; seconds: number };
  claimableCleanup: { number: number; cleanup: string; attempts: number };
  cleanupDue: { due: number | null };
  spending: { key: string };
  spentOn: { micros: number };
  secret: { secret: Uint8Array };
  endedLogin: { loginId: string };
  ticket: TicketGrant & { bound: 0 | 1; expiresAt: number };
  shareCount: { count: number };
  sharesOfJob: StoredShare;
  shareByHash: StoredShare;
  meta: { value: number | string | Uint8Array };
}

/** Puts a message together from its columns. */
export function toMessage(text: string, id: string | null, values: string | null): Message {
  if (id === null) return { text };
  return values === null ? { text, id } : { text, id, values: JSON.parse(values) as NonNullable<Message['values']> };
}

/** The columns of a message: its text, its id and its values as JSON. */
export function fromMessage({ text, id, values }: Message): [text: string, id: string | null, values: string | null] {
  return [text, id ?? null, values === undefined ? null : JSON.stringify(values)];
}

/** A task as its rows have it. */
export function toTask(row: TaskRecord, files: readonly FileState[]): TaskState {
  const { taskId, jobId, model, status, progress, queuePosition, startedAt, finishedAt } = row;
  const { waiting, running, ended, sequence, head } = row;
  const message = toMessage(row.message, row.messageId, row.messageValues);
  const shown = { taskId, jobId, model, status, progress, message, queuePosition, startedAt, finishedAt };
  return { ...shown, waiting, running, ended, sequence, head, files };
}

/** A file as its row has it. `toWall` gives what people see for a store time. */
export function toFile(row: FileRecord, toWall: (time: number) => number): FileState {
  return {
    fileId: row.fileId,
    filename: row.filename,
    pixels: row.pixels,
    state: row.state,
    status: row.status,
    progress: row.progress,
    message: toMessage(row.message, row.messageId, row.messageValues),
    result: row.result === null ? null : toResult(row.result, toWall),
    attemptId: row.attemptId,
    details: row.details === null ? null : (JSON.parse(row.details) as FileState['details']),
    attempts: row.attempts,
    lastError: row.lastError === null ? null : toMessage(row.lastError, row.lastErrorId, row.lastErrorValues),
    crashes: row.crashes,
    startedAt: row.startedAt,
    dueAt: row.dueAt,
    token: row.token,
    worker: row.worker,
    remembered: row.remembered === null ? undefined : (JSON.parse(row.remembered) as unknown),
    head: row.head,
    remakes: row.remakes === 1,
  };
}

/** An image with its mask, as their rows have them. */
export function toImage(row: ImageRecord): NewFile {
  const { maskFilename, maskContentType, maskSizeBytes, maskSha256, maskStorageKey, ...file } = row;
  if (maskStorageKey === null) return file;
  const mask = { filename: maskFilename, contentType: maskContentType, sizeBytes: maskSizeBytes, sha256: maskSha256 };
  return { ...file, mask: { ...mask, storageKey: maskStorageKey } as StoredMask };
}

function toResult(text: string, toWall: (time: number) => number): ModelFile {
  const result = JSON.parse(text) as ModelFile;
  return { ...result, created_time: moveIso(result.created_time, toWall) };
}

/** An ISO time moved to another clock. */
export function moveIso(text: string, move: (time: number) => number): string {
  const time = Date.parse(text);
  const moved = Number.isNaN(time) ? time : move(time);
  return moved === time || Number.isNaN(moved) ? text : new Date(moved).toISOString();
}
