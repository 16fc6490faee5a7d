import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryDirectory } from '../../../test/support/temporary-directory.ts';
import { createSqliteEngine } from './engine.ts';

it('hands a cleanup of a dead process out as soon as the store opens again', async () => {
  const file = join(await temporaryDirectory(), 'jobs.db');
  const cleanup = { type: 'cancel_remote_job', model: 'far', remembered: { id: 1 } } as const;
  const claim = { worker: 'test', leaseMs: 60_000, models: ['far'] };
  const first = await createSqliteEngine({ file });
  await first.addCleanup(cleanup);
  expect(await first.claimCleanup(claim)).toMatchObject({ attempt: 1, cleanup });
  expect(await first.claimCleanup(claim)).toBeUndefined();
  await first.close();

  const next = await createSqliteEngine({ file });
  expect(await next.claimCleanup(claim)).toMatchObject({ attempt: 2, cleanup });
  await next.close();
});
