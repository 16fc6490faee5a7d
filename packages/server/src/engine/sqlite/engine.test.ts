import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, vi } from 'vitest';
import { engineContract } from '../../../test/engine/contract-suite.ts';
import type { EngineHarness } from '../../../test/engine/harness.ts';
import { createSqliteEngine } from './engine.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] }));
afterEach(() => void vi.useRealTimers());

engineContract('SQLite', async (): Promise<EngineHarness> => {
  const directory = await mkdtemp(join(tmpdir(), 'image2model-engine-'));
  const file = join(directory, 'jobs.db');
  const harness: EngineHarness = {
    engine: await createSqliteEngine({ file }),
    advance: async (ms) => {
      await vi.advanceTimersByTimeAsync(ms);
    },
    async restart() {
      await harness.engine.close();
      harness.engine = await createSqliteEngine({ file });
    },
    async close() {
      await harness.engine.close();
      await rm(directory, { recursive: true });
    },
  };
  return harness;
});
