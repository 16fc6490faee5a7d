import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, vi } from 'vitest';
import { engineContract } from '../../../test/engine/contract-suite.ts';
import { withLossyAnswers } from '../../../test/engine/harness.ts';
import type { EngineHarness } from '../../../test/engine/harness.ts';
import { temporaryDirectory } from '../../../test/support/temporary-directory.ts';
import { openSqliteStore } from './engine.ts';
import type { SqliteStore } from './engine.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] }));
afterEach(() => void vi.useRealTimers());

// Of the fake timers, so that time passes as a test says.
const now = () => Date.now();

engineContract('SQLite', async (): Promise<EngineHarness> => {
  let file = join(await temporaryDirectory(), 'jobs.db');
  const killed: SqliteStore[] = [];
  let store = await openSqliteStore({ file, now });
  let isLossy = false;
  const connect = () => withLossyAnswers(store.connect(), () => isLossy);
  const harness: EngineHarness = {
    engine: connect(),
    second: async () => store.connect(),
    advance: async (ms) => {
      await vi.advanceTimersByTimeAsync(ms);
      // It answers once what was written is on the disk.
      await store.connect().unknownJobs([]);
    },
    async restart() {
      await store.close();
      store = await openSqliteStore({ file, now });
      harness.engine = connect();
    },
    async kill() {
      killed.push(store);
      // As the system has it. What the old process still does goes to its own copy.
      const next = `${file}-next`;
      for (const end of ['', '-wal']) await copyFile(`${file}${end}`, `${next}${end}`);
      file = next;
      store = await openSqliteStore({ file, now });
      harness.engine = connect();
    },
    loseAnswers: (lose) => {
      isLossy = lose;
    },
    refuseWrites(refuse) {
      const db = new DatabaseSync(file);
      // Late in a transaction, so that much is to be undone.
      for (const [index, change] of ['INSERT ON journal', 'UPDATE ON tasks'].entries()) {
        db.exec(
          refuse
            ? `CREATE TRIGGER IF NOT EXISTS full_${index} BEFORE ${change} BEGIN SELECT RAISE(ABORT, 'no room'); END`
            : `DROP TRIGGER IF EXISTS full_${index}`,
        );
      }
      db.close();
    },
    async close() {
      for (const each of [...killed, store]) await each.close();
    },
  };
  return harness;
});
