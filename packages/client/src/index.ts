import { ApiService } from './api/service.ts';

export { ApiService } from './api/service.ts';
export type { ApiServiceOptions, CallOptions } from './api/service.ts';
export type { Failure, Result } from './api/results.ts';
export type { UploadAnswer, UploadFile, UploadOptions, UploadProgress } from './api/upload.ts';
export type { DownloadFormat, Job, JobList, JobSummary, RetryJobOptions, Session, Ticket } from './api/types.ts';
export { backoffDefaults, backoffDelay } from './backoff.ts';
export type { BackoffOptions } from './backoff.ts';
export type { ProgressCallbacks, TaskUpdate } from './callbacks.ts';
export { connectionDefaults } from './connection.ts';
export type { Credential, ReadyState, ReconnectInfo } from './connection.ts';
export { ApiError } from './errors.ts';
export type { ClientErrorCode } from './errors.ts';
export type { FeedOptions as ProgressStreamOptions } from './feed.ts';
export { retryOperation } from './retry.ts';
export type { RetryOptions } from './retry.ts';
export { createProgressStream } from './stream.ts';
export type { ProgressStream } from './stream.ts';

/** For the server that the page came from (outside a browser: the one on this machine), without a key. */
export const api = /* @__PURE__ */ new ApiService();

export default api;
