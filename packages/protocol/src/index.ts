export { hasEnded, isEnding, taskEventTypes } from './endings.ts';
export { errorDefinitions } from './errors.ts';
export type { ErrorCode } from './errors.ts';
export { problemItemSchema, problemSchema } from './problem.ts';
export type { Problem, ProblemItem } from './problem.ts';
export {
  costSchema,
  extraFileSchema,
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
  Cost,
  ExtraFile,
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
export { downloadFormats, origins } from './formats.ts';
export type { DownloadFormat, Origin } from './formats.ts';
export { encodeComment, encodeCursor, encodeEvent, encodeFrame, encodeRetry } from './frame.ts';
export {
  defaultShareSeconds,
  imageContentTypes,
  maxFaceLimit,
  maxFileSizeBytes,
  maxFilesPerUpload,
  maxImagePixels,
  maxPollSeconds,
  maxShareSeconds,
  maxSharesPerJob,
  maxSizeMm,
  maxTasksPerStream,
  minFaceLimit,
  minShareSeconds,
  minSizeMm,
  printSizeMm,
} from './limits.ts';
export { messageRefShape } from './message-shape.ts';
export { message, messageTexts } from './message-texts.ts';
export type { MessageId } from './message-texts.ts';
export { countedId, fillIn, messageRef, messageWithin, toMessage, translateMessage } from './messages.ts';
export type { Message, MessageRef, MessageValues } from './messages.ts';
export { initialTaskState, overallProgress, reduceTask } from './reduce.ts';
export type { TaskState } from './reduce.ts';
export {
  cutsSchema,
  downloadListSchema,
  eventListSchema,
  healthSchema,
  jobListSchema,
  jobProgressSchema,
  jobSchema,
  jobSummarySchema,
  modelInfoSchema,
  modelListSchema,
  priceSchema,
  taskSchema,
  ticketSchema,
  uploadSchema,
} from './resources.ts';
export type {
  Cuts,
  DownloadList,
  EventList,
  Health,
  Job,
  JobList,
  JobProgress,
  JobSummary,
  ModelInfo,
  ModelList,
  Price,
  Task,
  Ticket,
  Upload,
} from './resources.ts';
export { newShareSchema, sharedSchema, shareListSchema, shareSchema } from './shares.ts';
export type { NewShare, Share, Shared, ShareList } from './shares.ts';
