import { z } from 'zod';
import { messageRefShape } from './message-shape.ts';

/** One of several errors in a request: about a file of an upload, or about a field. */
export const problemItemSchema = z.object({
  code: z.string(),
  detail: z.string(),
  ...messageRefShape,
  filename: z.string().optional(),
  field: z.string().optional(),
});
export type ProblemItem = z.infer<typeof problemItemSchema>;

/** An error response, `application/problem+json` (RFC 9457). */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string().describe('A sentence for a person'),
  ...messageRefShape,
  code: z.string().describe('Stable, upper snake case'),
  request_id: z.string(),
  errors: z.array(problemItemSchema).optional(),
});
export type Problem = z.infer<typeof problemSchema>;
