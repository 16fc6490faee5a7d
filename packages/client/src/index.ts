import { ApiService } from './api/service.ts';
import { SSEManager } from './manager.ts';

export { ApiService } from './api/service.ts';
export type { ApiServiceOptions, CallOptions } from './api/service.ts';
export type { Failure, Result } from './api/results.ts';
export type { Mask } from './api/masks.ts';
export type { MaskedFile, UploadAnswer, UploadFile, UploadOptions } from './api/upload.ts';
export type { UploadProgress } from './api/upload-progress.ts';
export type {
  CleanupAnswer,
  CutsOptions,
  DiskUsage,
  DownloadOptions,
  JobFile,
  RetryAnswer,
  RetryJobOptions,
  Session,
} from './api/types.ts';
export { backoffDefaults, backoffDelay } from './backoff.ts';
export type { BackoffOptions } from './backoff.ts';
export type { ProgressCallbacks, TaskUpdate } from './callbacks.ts';
export { combineTasks } from './combine.ts';
export { connectionDefaults } from './connection-options.ts';
export type { Credential, ReadyState, ReconnectInfo } from './connection-options.ts';
export { ApiError } from './errors.ts';
export { createKey } from './key.ts';
export type { ClientErrorCode } from './errors.ts';
export type { FeedOptions as ProgressStreamOptions, OpenFeed } from './feed.ts';
export { managerDefaults, SSEManager } from './manager.ts';
export type { SSEManagerOptions } from './manager.ts';
export { retryOperation } from './retry.ts';
export type { RetryOptions } from './retry.ts';
export { shareAcrossTabs, shareDefaults } from './share.ts';
export type { ShareOptions } from './share.ts';
export { createProgressStore } from './store.ts';
export type { ProgressSnapshot, ProgressStore, ProgressStoreOptions } from './store.ts';
export { createProgressStream } from './stream.ts';
export type { ProgressStream } from './stream.ts';
export { watch } from './watch.ts';
export type { WatchOptions } from './watch.ts';

export type {
  Cuts,
  DownloadFormat,
  ErrorCode,
  FileStatus,
  FileUpdate,
  Job,
  JobList,
  JobSummary,
  ModelFile,
  ProblemItem,
  Task,
  TaskCancelled,
  TaskCompleted,
  TaskEvent,
  TaskFailed,
  TaskProgress,
  TaskResult,
  TaskState,
  TaskStatus,
  Ticket,
} from '@image2model/protocol';

/** The API of the page's own server (outside a browser: the local one), without a key. */
export const api = /* @__PURE__ */ new ApiService();

/** The streams of the whole page, with the key of `api`. */
export const sseManager = /* @__PURE__ */ new SSEManager({ api });

export default api;
