import { expect, test } from 'vitest';
import { canFillDisk } from '../../../../scripts/test/small-disk.ts';
import { runChaos } from './run.ts';

const seed = Number(process.env['CHAOS_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const jobs = Number(process.env['CHAOS_JOBS'] ?? 200);
const timeoutMs = Math.max(480_000, jobs * 1000);
const disk = (await canFillDisk()) ? 'a full disk' : 'a reserve that is used up (a disk to fill takes root)';

test(
  `nothing accepted is lost or done twice through kills, freezes, ${disk} and restarts (CHAOS_SEED=${seed})`,
  { timeout: timeoutMs + 60_000 },
  async () => {
    const { wrong, ...report } = await runChaos({ seed, jobs, timeoutMs });
    expect(wrong, JSON.stringify(report)).toEqual([]);
    expect(report.jobs).toBe(jobs);
  },
);
