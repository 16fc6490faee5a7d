import { z } from 'zod';
import { modelFileSchema } from './events.ts';

const share = {
  id: z.uuid(),
  scope: z.enum(['file', 'job']).describe('What it opens: the model of one photo, or all models of the job'),
  file_id: z.uuid().nullable().describe('The photo whose model it opens; null for all of them'),
  created_at: z.iso.datetime(),
  expires_at: z.iso.datetime().nullable().describe('Null where it lasts until it is revoked'),
};

/** A lasting link to models of a job, as its owner sees it. Its address is only given when it is made. */
export const shareSchema = z.object(share);
export type Share = z.infer<typeof shareSchema>;

/** A link that was made just now. */
export const newShareSchema = z.object({ ...share, url: z.string().describe('The page to hand on') });
export type NewShare = z.infer<typeof newShareSchema>;

/** The links of a job, newest first. */
export const shareListSchema = z.object({
  shares: z.array(shareSchema),
  kept_until: z.iso
    .datetime()
    .nullable()
    .describe('When the server deletes the job by its present settings, and every link with it; null while it runs'),
});
export type ShareList = z.infer<typeof shareListSchema>;

/** What a link opens, as anybody sees it who has the link. */
export const sharedSchema = z.object({
  scope: share.scope,
  created_at: share.created_at,
  expires_at: share.expires_at,
  formats: z.array(z.string()).describe('What the models can be downloaded as, with `format`'),
  files: z.array(modelFileSchema.extend({ url: z.string().describe('The model') })),
  archive_url: z.string().describe('All of it as a ZIP'),
});
export type Shared = z.infer<typeof sharedSchema>;
