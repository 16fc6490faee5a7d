import { z } from 'zod';
import { messageRefShape } from './message-shape.ts';

/** Status of a file. The last three are final. */
export const fileStatusSchema = z.enum(['pending', 'processing', 'completed', 'failed', 'cancelled']);
export type FileStatus = z.infer<typeof fileStatusSchema>;

/** Status of a task. The last three are final. */
export const taskStatusSchema = z.enum(['queued', 'processing', 'completed', 'failed', 'cancelled']);
export type TaskStatus = z.infer<typeof taskStatusSchema>;

/** Fields of every event. */
const base = {
  task_id: z.uuid(),
  sequence: z.int().positive().describe('Larger at each event of a task, never used twice; also the event id'),
  timestamp: z.int().describe('Milliseconds since the epoch'),
};

const percent = z.number().min(0).max(100);

/** Measurements of a model. Which ones are present depends on the model that made it. */
export const statisticsSchema = z.looseObject({
  faces: z.int().optional(),
  vertices: z.int().optional(),
  width: z.number().optional().describe('Metres'),
  height: z.number().optional().describe('Metres'),
  depth: z.number().optional().describe('Metres'),
  size_mm: z
    .object({ width: z.number(), height: z.number(), depth: z.number() })
    .optional()
    .describe('Of the model as it is downloaded without `size_mm`: millimetres'),
  parts: z.int().optional().describe('Separate solids'),
  watertight: z.boolean().optional().describe('Whether its surface is closed, so that it can be printed as it is'),
  volume_mm3: z.number().optional().describe('What it encloses at `size_mm`, if it is watertight: cubic millimetres'),
  shape: z.string().optional().describe('The kind of shape that the outline was given'),
  method: z.string().optional().describe('How the object was separated from the background'),
  cut: z
    .object({ method: z.string(), score: z.number().min(0).max(1) })
    .optional()
    .describe('The outline that was taken, and how sure it is'),
  warnings: z.array(z.string()).optional().describe('Sentences for a person'),
  warning_messages: z
    .array(z.object(messageRefShape))
    .optional()
    .describe('The ids and values of `warnings`, in the same order'),
  seconds: z.number().optional().describe('Time the generation took'),
});
export type Statistics = z.infer<typeof statisticsSchema>;

/** What a provider charged for one file: `units` in the unit of its price, and the amount if the price is known. */
export const costSchema = z.object({
  units: z.number().nonnegative(),
  unit: z.string().describe('What is counted: generations, seconds, megapixels …'),
  amount: z.number().nonnegative().nullable().describe('Money; null where the price is unknown'),
  currency: z.string().describe('ISO 4217'),
});
export type Cost = z.infer<typeof costSchema>;

/** Set while the server cannot serve a file that it lists. */
const missing = z.literal(true).optional().describe('Lost or damaged on the server; a retry of the job makes it again');

/** An additional file besides the GLB, such as an FBX or a base mesh. */
export const extraFileSchema = z.object({
  filename: z.string(),
  size: z.int().describe('Bytes'),
  mime_type: z.string(),
  url: z.string(),
  sha256: z.string().optional(),
  missing,
});
export type ExtraFile = z.infer<typeof extraFileSchema>;

/** A finished model, ready to download: the same shape in `file_update.result` and in the download list. */
export const modelFileSchema = z.object({
  file_id: z.uuid(),
  filename: z.string(),
  size: z.int().describe('Bytes'),
  mime_type: z.string(),
  created_time: z.iso.datetime(),
  rendered_image: z
    .object({
      url: z.string(),
      size: z.int().optional().describe('Bytes'),
      sha256: z.string().optional(),
      missing,
    })
    .nullable(),
  sha256: z.string(),
  statistics: statisticsSchema,
  reused: z.literal(true).optional().describe('Reused from an earlier result of the same image, model and options'),
  cost: costSchema.optional().describe('What the provider charged; only for paid models'),
  extra_files: z.array(extraFileSchema).optional(),
  missing,
  message: z.string().optional().describe('Which file is missing, the model or one that came with it'),
  ...messageRefShape,
});
export type ModelFile = z.infer<typeof modelFileSchema>;

/** Why something failed. `code` is stable and listed in `docs/errors.md`. */
export const failureDetailsSchema = z.looseObject({
  code: z.string(),
  retryable: z.boolean().optional(),
  attempts: z.int().optional(),
});
export type FailureDetails = z.infer<typeof failureDetailsSchema>;

export const taskProgressSchema = z.object({
  ...base,
  job_id: z.uuid(),
  status: taskStatusSchema,
  progress: percent,
  current: z.int().nonnegative().describe('Number of files that have ended'),
  total: z.int().positive(),
  total_files: z.int().positive(),
  message: z.string(),
  ...messageRefShape,
  queue_position: z.int().positive().optional(),
  eta_seconds: z.number().nonnegative().optional(),
});
/** The progress of the task as a whole. */
export type TaskProgress = z.infer<typeof taskProgressSchema>;

export const fileUpdateSchema = z.object({
  ...base,
  file_id: z.uuid(),
  filename: z.string(),
  status: fileStatusSchema,
  progress: percent,
  message: z.string(),
  ...messageRefShape,
  error: z.string().optional().describe('Only if the file failed: the same sentence as `message`'),
  details: failureDetailsSchema.optional(),
  result: modelFileSchema.optional(),
  attempts: z.int().positive().optional().describe('Number of attempts so far; present from the second one on'),
  last_error: z.string().optional().describe('Why the previous attempt failed, a sentence for a person'),
  last_error_id: messageRefShape.message_id,
  last_error_values: messageRefShape.message_values,
});
/** The progress of one file. */
export type FileUpdate = z.infer<typeof fileUpdateSchema>;

export const taskResultSchema = z.object({
  job_id: z.uuid(),
  total_files: z.int().positive(),
  successful_files: z.int().nonnegative(),
  failed_files: z.int().nonnegative(),
  processing_time: z.number().nonnegative().describe('Seconds'),
});
export type TaskResult = z.infer<typeof taskResultSchema>;

export const taskCompletedSchema = z.object({ ...base, job_id: z.uuid(), result: taskResultSchema });
/** The ending of a task in which at least one file became a model. */
export type TaskCompleted = z.infer<typeof taskCompletedSchema>;

export const taskFailedSchema = z.object({
  ...base,
  job_id: z.uuid(),
  error: z.string(),
  ...messageRefShape,
  details: failureDetailsSchema,
});
/** The ending of a task in which no file became a model. */
export type TaskFailed = z.infer<typeof taskFailedSchema>;

export const taskCancelledSchema = z.object({
  ...base,
  job_id: z.uuid(),
  message: z.string(),
  ...messageRefShape,
});
/** The ending of a task that was cancelled before any file became a model. */
export type TaskCancelled = z.infer<typeof taskCancelledSchema>;

/** One event of a task's stream: `type` is the wire's `event:` field, `data` its JSON. */
export type TaskEvent =
  | { type: 'task_progress'; data: TaskProgress }
  | { type: 'file_update'; data: FileUpdate }
  | { type: 'task_completed'; data: TaskCompleted }
  | { type: 'task_failed'; data: TaskFailed }
  | { type: 'task_cancelled'; data: TaskCancelled };

export type TaskEventType = TaskEvent['type'];

/** The schema of each event's data, by its name on the wire. */
export const taskEventSchemas = {
  task_progress: taskProgressSchema,
  file_update: fileUpdateSchema,
  task_completed: taskCompletedSchema,
  task_failed: taskFailedSchema,
  task_cancelled: taskCancelledSchema,
} as const satisfies Record<TaskEventType, z.ZodType>;
