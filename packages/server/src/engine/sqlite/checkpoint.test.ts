import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { mustClaim, say } from '../../../test/engine/harness.ts';
import { newJob } from '../../../test/support/jobs.ts';
import { temporaryDirectory } from '../../../test/support/temporary-directory.ts';
import { Checkpointer } from './checkpoint.ts';
import { createSqliteEngine } from './engine.ts';

describe('the checkpoint thread', () => {
  it('copies the log into the database while the engine goes on', async () => {
    const file = join(await temporaryDirectory(), 'jobs.db');
    const engine = await createSqliteEngine({ file });
    const before = (await stat(file)).size;
    const job = newJob(1);
    await engine.submit(job);
    const { token } = await mustClaim(engine);
    for (let step = 1; step <= 20_000; step += 1) await engine.report(token, step / 400, say(`Step ${step}`));
    await vi.waitFor(async () => expect((await stat(file)).size).toBeGreaterThan(before + 100_000));
    expect(await engine.report(token, 99, say('Nearly'))).toBe(true);
    expect((await engine.entries(job.taskId))?.at(-1)?.sequence).toBe(2 + 2 + 2 * 20_001);
    await engine.close();
  });

  it('reports what goes wrong, and stops being used once it is closed', async () => {
    const errors: unknown[] = [];
    const file = join(await temporaryDirectory(), 'no', 'such', 'folder.db');
    const checkpointer = new Checkpointer(file, { onError: (error) => errors.push(error) });
    for (let commit = 0; commit < 300; commit += 1) checkpointer.committed(16);
    await vi.waitFor(() => expect(errors).toHaveLength(1));
    await checkpointer.close();
    await checkpointer.close();
    for (let commit = 0; commit < 300; commit += 1) checkpointer.committed(16);
    expect(process.getActiveResourcesInfo()).not.toContain('Worker');
  });
});
