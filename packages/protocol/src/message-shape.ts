import { z } from 'zod';

/** The schema of a `MessageRef`. */
export const messageRefShape = {
  message_id: z.string().optional().describe('Stable id of the message, for translation'),
  message_values: z
    .record(z.string(), z.union([z.string(), z.number()]))
    .optional()
    .describe('Values for the placeholders of the message'),
};
