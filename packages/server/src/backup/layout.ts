import { z } from 'zod';

/** What lies beside the database and is part of a backup where it is there. */
export const besideNames = ['session.key'] as const;

/** Written last, so that nothing without it is a whole backup. */
export const manifestName = 'image2model-backup.json';

/** What a backup says of itself. */
export const manifestSchema = z.object({
  format: z.literal(1),
  created_at: z.iso.datetime(),
  jobs: z.int(),
  files: z.int(),
  /** Of the database. */
  database: z.object({ size: z.int(), sha256: z.string() }),
  /** Keys of files that were lost or damaged already. */
  missing: z.array(z.string()),
});
export type BackupManifest = z.infer<typeof manifestSchema>;
