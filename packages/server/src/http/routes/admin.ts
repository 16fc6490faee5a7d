/* oxlint-disable oxc/no-async-endpoint-handlers -- Fastify awaits its handlers; the rule takes them for Express */
import { readdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { removeFinished } from '../../jobs/retention.ts';
import type { Api, RouteContext } from './context.ts';

interface AdminOptions extends Pick<RouteContext, 'engine' | 'files'> {
  dataDir: string;
}

const config = { access: 'admin' } as const;
const tags = ['Administration'];
const bytes = z.int().nonnegative();

/** What an administrator may ask for besides. */
export function adminRoutes(app: Api, { engine, files, dataDir }: AdminOptions): void {
  app.get(
    '/admin/disk-usage',
    {
      config,
      schema: {
        summary: 'Room on the disk, and what of it the data takes',
        tags,
        response: { 200: z.object({ total_bytes: bytes, free_bytes: bytes, data_bytes: bytes, data_files: z.int() }) },
      },
    },
    async () => {
      const { blocks, bavail, bsize } = await statfs(dataDir);
      const used = await usage(dataDir);
      return {
        total_bytes: blocks * bsize,
        free_bytes: bavail * bsize,
        data_bytes: used.sizeBytes,
        data_files: used.count,
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
        body: z.object({ hours: z.number().min(0).max(1_000_000), dry_run: z.boolean().default(false) }),
        response: {
          200: z.object({ dry_run: z.boolean(), jobs: z.int().describe('Removed, or that would have been') }),
        },
      },
    },
    async (request) => {
      const { hours, dry_run: dryRun } = request.body;
      const before = Date.now() - hours * 3_600_000;
      const jobs = dryRun
        ? (await engine.finishedBefore(before, Number.MAX_SAFE_INTEGER)).length
        : await removeFinished({ engine, files }, before, new AbortController().signal);
      return { dry_run: dryRun, jobs };
    },
  );
}

/** Walks one directory at a time; files that vanish on the way do not count. */
async function usage(directory: string): Promise<{ sizeBytes: number; count: number }> {
  let sizeBytes = 0;
  let count = 0;
  for (const entry of await readdir(directory, { withFileTypes: true }).catch(() => [])) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) {
      const inside = await usage(path);
      sizeBytes += inside.sizeBytes;
      count += inside.count;
    } else {
      sizeBytes += (await stat(path).catch(() => undefined))?.size ?? 0;
      count += 1;
    }
  }
  return { sizeBytes, count };
}
