import { expect, test } from 'vitest';
import { canCutPower, canImitateCuts } from '../../../../scripts/test/power-disk.ts';
import { faultKinds } from './plan.ts';
import { runChaos } from './run.ts';

const seed = Number(process.env['CHAOS_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const jobs = Number(process.env['CHAOS_JOBS'] ?? 200);
const timeoutMs = Math.max(480_000, jobs * 1000);
const disk = (await canCutPower())
  ? 'power cuts, full disks'
  : 'imitated power cuts and full disks (real ones take root)';

// Promised: The next start resumes all work that was accepted.
// Promised: Each file and each task ends exactly once.
// Promised: A file whose worker thread crashes twice fails.
// Promised: Work that was accepted goes on when there is room again, and is neither lost nor done twice.
// Promised: Setting the clock changes neither durations nor the order in which jobs are listed.
// Promised: No shortage ends the process.
test(
  `nothing accepted is lost or done twice through kills, ${disk}, clock changes, shortages and lost files (CHAOS_SEED=${seed})`,
  { timeout: timeoutMs + 60_000 },
  async () => {
    const { wrong, ...report } = await runChaos({ seed, jobs, timeoutMs });
    expect(wrong, JSON.stringify(report)).toEqual([]);
    expect(report.jobs).toBe(jobs);
  },
);

// Where ext4 brings one file to the disk, it brings the folders of all others with it: only the imitation tells whether
// each has been synced.
// Promised: Uploads, cancels, retries and deletions are on the disk before they are answered.
// Promised: Photos and models are on the disk, with the folders that lead to them, before anybody hears of them.
test.runIf(canImitateCuts)(
  `nothing accepted is lost where every file and folder has to be synced by itself (CHAOS_SEED=${seed})`,
  { timeout: timeoutMs + 60_000 },
  async () => {
    const faults = faultKinds.filter((kind) => kind.startsWith('power cut'));
    const { wrong, ...report } = await runChaos({ seed, jobs: 30, timeoutMs, imitate: true, faults });
    expect(wrong, JSON.stringify(report)).toEqual([]);
  },
);
