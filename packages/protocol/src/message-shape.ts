import { z } from 'zod';

/** The fields of a `MessageRef` in a schema. */
export const messageRefShape = {
  message_id: z.string().optional().describe('Stable id of the message, for other languages'),
  message_values: z
    .record(z.string(), z.union([z.string(), z.number()]))
    .optional()
    .describe('What is put into it'),
};
