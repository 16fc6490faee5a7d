import { describe, expect, it } from 'vitest';
import { databaseOfVersion } from '../../../test/engine/fixtures/database.ts';
import { claim, complete, mustClaim } from '../../../test/engine/harness.ts';
import { events } from '../../../test/support/jobs.ts';
import { temporaryDirectory } from '../../../test/support/temporary-directory.ts';
import { createSqliteEngine } from './engine.ts';

const id = (number: number) => `01935000-0000-7000-8000-${String(number).padStart(12, '0')}`;
const finishedJob = id(1);
const openJob = id(4);
const openTask = id(5);

const open = async () => createSqliteEngine({ file: await databaseOfVersion(1, await temporaryDirectory()) });

describe('a database of the first version', () => {
  it('keeps its jobs, their results and their logs', async () => {
    const engine = await open();
    const page = await engine.listJobs('somebody', { limit: 10 });
    expect(page.jobs.map((job) => job.jobId)).toEqual([openJob, finishedJob]);
    expect(page.jobs[1]).toMatchObject({ status: 'completed', options: { depth: 'full' }, faceLimit: 5000 });
    expect(page.jobs[1]?.files[0]).toMatchObject({ filename: 'vase.png', result: { filename: 'vase.glb' } });
    expect(page.jobs[0]?.files.map((file) => file.filename)).toEqual(['chair.png', 'tisch “schön”.png', 'lamp.png']);
    await engine.close();
  });

  it('has its unfinished files done, and the finished ones not again', async () => {
    const engine = await open();
    const interrupted = await mustClaim(engine);
    expect(interrupted).toMatchObject({ attempt: 1, file: { filename: 'tisch “schön”.png' }, taskId: openTask });
    const untouched = await mustClaim(engine);
    expect(untouched).toMatchObject({ attempt: 1, file: { filename: 'lamp.png' } });
    expect(await claim(engine, 1000)).toBeUndefined();
    for (const lease of [interrupted, untouched]) await complete(engine, lease);
    const all = events(await engine.entries(openTask, 0));
    expect(all.map((event) => event.data.sequence)).toEqual(all.map((_, index) => index + 1));
    expect(all.at(-1)).toMatchObject({ type: 'task_completed', data: { result: { successful_files: 3 } } });
    await engine.close();
  });
});
