export { hasEnded, isEnding, taskEventTypes } from './endings.ts';
export { errorDefinitions, problemItemSchema, problemSchema } from './errors.ts';
export type { ErrorCode, Problem, ProblemItem } from './errors.ts';
export {
  failureDetailsSchema,
  fileStatusSchema,
  fileUpdateSchema,
  modelFileSchema,
  statisticsSchema,
  taskCancelledSchema,
  taskCompletedSchema,
  taskEventSchemas,
  taskFailedSchema,
  taskProgressSchema,
  taskResultSchema,
  taskStatusSchema,
} from './events.ts';
export type {
  FailureDetails,
  FileStatus,
  FileUpdate,
  ModelFile,
  Statistics,
  TaskCancelled,
  TaskCompleted,
  TaskEvent,
  TaskEventType,
  TaskFailed,
  TaskProgress,
  TaskResult,
  TaskStatus,
} from './events.ts';
export { encodeComment, encodeEvent, encodeFrame, encodeRetry } from './frame.ts';
export {
  imageContentTypes,
  maxFaceLimit,
  maxFileSizeBytes,
  maxFilesPerUpload,
  maxImagePixels,
  maxTasksPerStream,
  minFaceLimit,
} from './limits.ts';
export { initialTaskState, overallProgress, reduceTask } from './reduce.ts';
export type { TaskState } from './reduce.ts';
export {
  downloadListSchema,
  healthSchema,
  jobListSchema,
  jobProgressSchema,
  jobSchema,
  jobSummarySchema,
  modelInfoSchema,
  modelListSchema,
  taskSchema,
  ticketSchema,
  uploadSchema,
} from './resources.ts';
export type {
  DownloadList,
  Health,
  Job,
  JobList,
  JobProgress,
  JobSummary,
  ModelInfo,
  ModelList,
  Task,
  Ticket,
  Upload,
} from './resources.ts';
