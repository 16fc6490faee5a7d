import { z } from 'zod';
import { taskEventTypes } from './endings.ts';
import {
  failureDetailsSchema,
  fileStatusSchema,
  fileUpdateSchema,
  modelFileSchema,
  taskEventSchemas,
  taskResultSchema,
  taskStatusSchema,
} from './events.ts';
import { messageRefShape } from './message-shape.ts';

const hasMask = z.literal(true).optional().describe('An outline was sent with the photo');

/** The response to an accepted upload, sent after everything has been stored. */
export const uploadSchema = z.object({
  batch_id: z.uuid(),
  job_id: z.uuid(),
  task_id: z.uuid(),
  face_limit: z.int().nullable(),
  total_files: z.int().positive(),
  status: z.literal('uploaded'),
  message: z.string(),
  ...messageRefShape,
  uploaded_files: z.array(
    z.object({
      file_id: z.uuid(),
      filename: z.string(),
      file_size: z.int().describe('Bytes'),
      content_type: z.string(),
      status: z.literal('uploaded'),
      has_mask: hasMask,
    }),
  ),
});
export type Upload = z.infer<typeof uploadSchema>;

/** The current state of a task. */
export const taskSchema = z.object({
  task_id: z.uuid(),
  job_id: z.uuid(),
  status: taskStatusSchema,
  progress: z.number().min(0).max(100),
  current: z.int().nonnegative(),
  total: z.int().positive(),
  total_files: z.int().positive(),
  message: z.string(),
  ...messageRefShape,
  sequence: z.int().nonnegative(),
  queue_position: z.int().positive().optional(),
  eta_seconds: z.number().nonnegative().optional(),
  created_at: z.iso.datetime(),
  started_at: z.iso.datetime().optional(),
  finished_at: z.iso.datetime().optional(),
  files: z.array(fileUpdateSchema),
  result: taskResultSchema.optional(),
  error: z.string().optional(),
  details: failureDetailsSchema.optional(),
});
export type Task = z.infer<typeof taskSchema>;

/** What a long poll answers: the events after a cursor, and the cursor to ask for more with. */
export const eventListSchema = z.object({
  events: z
    .array(
      z.object({
        id: z.string().describe('The cursor after this event'),
        event: z.enum(taskEventTypes),
        data: z.union(Object.values(taskEventSchemas)),
      }),
    )
    .describe('In order; empty if nothing came within the wait'),
  last_event_id: z.string().describe('Ask for more with it, as `after`'),
});
export type EventList = z.infer<typeof eventListSchema>;

/** A job's progress, by file id. */
export const jobProgressSchema = z.object({
  job_id: z.uuid(),
  overall_progress: z.number().min(0).max(100),
  total_files: z.int().positive(),
  completed_files: z.int().nonnegative(),
  failed_files: z.int().nonnegative(),
  files: z.record(
    z.uuid(),
    z.object({
      filename: z.string(),
      status: fileStatusSchema,
      progress: z.number(),
      message: z.string(),
      ...messageRefShape,
    }),
  ),
  timestamp: z.int().describe('Milliseconds since the epoch'),
});
export type JobProgress = z.infer<typeof jobProgressSchema>;

/** What a photo may be cut out by, best first; `id` is the same as `method`. */
export const cutsSchema = z.object({
  width: z.int().positive().describe('Of the upright photo, like the height'),
  height: z.int().positive(),
  candidates: z.array(
    z.object({
      id: z.string().describe('The name of the method'),
      method: z.string().describe('How the outline was found; `relief` is the whole photo'),
      score: z.number().min(0).max(1).describe('How sure it is'),
      mask: z.string().describe('A PNG as a `data:` address, white where the object is'),
      message: z.string().optional().describe('What to know about it'),
      ...messageRefShape,
    }),
  ),
  shapes: z
    .array(
      z.object({
        shape: z.string(),
        score: z.number().min(0).max(1),
        preview: z.string().describe('A WebP as a `data:` address'),
      }),
    )
    .optional()
    .describe('Shapes that are likely, best first; with `shapes=1`'),
});
export type Cuts = z.infer<typeof cutsSchema>;

/** The finished models of a job. `download_urls` are in the order of `files`. */
export const downloadListSchema = z.object({
  job_id: z.uuid(),
  files: z.array(modelFileSchema),
  download_urls: z.array(z.string()),
  total_files: z.int().nonnegative(),
});
export type DownloadList = z.infer<typeof downloadListSchema>;

/** A job in a list. Its status is that of its task `task_id`: the one to follow. */
export const jobSummarySchema = z.object({
  job_id: z.uuid(),
  status: taskStatusSchema.describe('Of its last task'),
  model: z.string(),
  face_limit: z.int().nullable(),
  created_at: z.iso.datetime(),
  finished_at: z.iso.datetime().nullable(),
  total_files: z.int(),
  completed_files: z.int(),
  failed_files: z.int(),
  task_id: z.uuid().describe('The newest that has not ended, or else the newest: the one to follow'),
  files: z.array(
    z.object({
      file_id: z.uuid(),
      filename: z.string(),
      file_size: z.int().describe('Bytes'),
      content_type: z.string(),
      status: fileStatusSchema,
      progress: z.number(),
      message: z.string(),
      ...messageRefShape,
      photo_url: z.string(),
      has_mask: hasMask,
      mask_url: z.string().optional(),
      result: modelFileSchema.nullable(),
      attempts: fileUpdateSchema.shape.attempts,
      last_error: fileUpdateSchema.shape.last_error,
      last_error_id: fileUpdateSchema.shape.last_error_id,
      last_error_values: fileUpdateSchema.shape.last_error_values,
    }),
  ),
});
export type JobSummary = z.infer<typeof jobSummarySchema>;

/** A job with its tasks, oldest first. */
export const jobSchema = jobSummarySchema.extend({ tasks: z.array(taskSchema) });
export type Job = z.infer<typeof jobSchema>;

/** A page of jobs, newest first; `next_cursor` is null on the last one. */
export const jobListSchema = z.object({ jobs: z.array(jobSummarySchema), next_cursor: z.string().nullable() });
export type JobList = z.infer<typeof jobListSchema>;

/** A ticket for the events of a task, to which its first user may come back, or for one download of its job. */
export const ticketSchema = z.object({
  ticket: z.string(),
  expires_at: z.iso.datetime(),
  expires_in: z.int().describe('Seconds'),
});
export type Ticket = z.infer<typeof ticketSchema>;

/** The price of a provider: `amount` for one `unit`. */
export const priceSchema = z.object({
  amount: z.number().nonnegative(),
  currency: z.string().describe('ISO 4217'),
  unit: z.string().describe('What is counted: generations, seconds, megapixels …'),
});
export type Price = z.infer<typeof priceSchema>;

/** A generation model that this server offers. `options_schema` is JSON Schema. */
export const modelInfoSchema = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  options_schema: z.record(z.string(), z.unknown()),
  formats: z.array(z.string()),
  requires_key: z.boolean(),
  typical_seconds: z.number().nullable().describe('Median per file on this installation; null without enough history'),
  price: priceSchema.nullable().describe('0 for a free model; null if the price is unknown'),
  masks: z.literal(true).optional().describe('It uses the masks that come with photos'),
});
export type ModelInfo = z.infer<typeof modelInfoSchema>;

export const modelListSchema = z.object({ models: z.array(modelInfoSchema), default_model: z.string() });
export type ModelList = z.infer<typeof modelListSchema>;

/** The health of the server; `checks` has an entry for each part. */
export const healthSchema = z.object({
  status: z.enum(['ok', 'degraded', 'shutting_down']),
  version: z.string(),
  uptime_seconds: z.number(),
  checks: z.record(z.string(), z.object({ status: z.enum(['ok', 'failing']), detail: z.string().optional() })),
});
export type Health = z.infer<typeof healthSchema>;
