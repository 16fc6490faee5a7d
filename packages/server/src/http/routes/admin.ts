/* oxlint-disable oxc/no-async-endpoint-handlers -- Fastify awaits its handlers; the rule takes them for Express */
import { z } from 'zod';
import { removeFinished } from '../../jobs/retention.ts';
import type { Api, RouteContext } from './context.ts';

const config = { access: 'admin' } as const;
const tags = ['Administration'];
const bytes = z.int().nonnegative();
const cleanupBody = z.object({
  hours: z.number().min(0).max(1_000_000).optional().describe('By default RETENTION_HOURS'),
  dry_run: z.boolean().optional().describe('Only count; by default false'),
});

interface AdminOptions extends Pick<RouteContext, 'engine' | 'files'> {
  /** How long jobs are kept anyway: what a clean-up without `hours` goes by. */
  retentionHours: number;
}

/** What an administrator may ask for besides. */
export function adminRoutes(app: Api, { engine, files, retentionHours }: AdminOptions): void {
  app.get(
    '/admin/disk-usage',
    {
      config,
      schema: {
        summary: 'Room in the file store, and how much of it the jobs use',
        tags,
        response: {
          200: z.object({
            total_bytes: bytes.optional().describe('Left out by stores without a bound'),
            free_bytes: bytes.optional().describe('Left out by stores without a bound'),
            data_bytes: bytes.describe('Images and results of all jobs'),
            data_files: z.int().nonnegative(),
          }),
        },
      },
    },
    async () => {
      const [room, used] = await Promise.all([files.room?.(), engine.usage()]);
      return {
        ...(room && { total_bytes: room.totalBytes, free_bytes: room.freeBytes }),
        data_bytes: used.bytes,
        data_files: used.files,
      };
    },
  );

  app.post(
    '/admin/cleanup',
    {
      config,
      schema: {
        summary: 'Remove jobs of all owners that ended so many hours ago or earlier',
        tags,
        body: cleanupBody.nullish(),
        response: {
          200: z.object({ dry_run: z.boolean(), jobs: z.int().describe('Removed, or that would have been') }),
        },
      },
    },
    async (request) => {
      const { hours = retentionHours, dry_run: dryRun = false } = request.body ?? {};
      const ageMs = hours * 3_600_000;
      const jobs = dryRun
        ? (await engine.finishedJobs(ageMs, Number.MAX_SAFE_INTEGER)).length
        : await removeFinished({ engine, files }, ageMs, new AbortController().signal);
      return { dry_run: dryRun, jobs };
    },
  );
}
