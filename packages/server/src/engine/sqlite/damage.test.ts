import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it, vi } from 'vitest';
import { newJob } from '../../../test/support/jobs.ts';
import { temporaryDirectory } from '../../../test/support/temporary-directory.ts';
import { StorageGoneError } from '../../files/contract.ts';
import { createSqliteEngine } from './engine.ts';

/** Takes a row away behind the back of an index, which only a look at every row against every index would find. */
function damage(file: string): void {
  const db = new DatabaseSync(file, { enableForeignKeyConstraints: false, defensive: false });
  db.exec('PRAGMA writable_schema = ON');
  const index = db.prepare(`SELECT * FROM sqlite_schema WHERE name = 'tasks_to_compact'`).get() ?? {};
  db.exec(`DELETE FROM sqlite_schema WHERE name = 'tasks_to_compact'`);
  db.close();
  const without = new DatabaseSync(file, { enableForeignKeyConstraints: false, defensive: false });
  without.exec('DELETE FROM tasks WHERE place = 1; PRAGMA writable_schema = ON');
  without
    .prepare(
      'INSERT INTO sqlite_schema (type, name, tbl_name, rootpage, sql) VALUES (:type, :name, :tbl_name, :rootpage, :sql)',
    )
    .run(index);
  without.close();
}

it('notices damage that the start did not, once it comes upon it, and accepts nothing from then on', async () => {
  const file = join(await temporaryDirectory(), 'jobs.db');
  const before = await createSqliteEngine({ file });
  for (const job of [newJob(1), newJob(1)]) {
    await before.submit(job);
    await before.cancel(job.taskId);
  }
  await before.close();
  damage(file);
  const error = vi.fn<(details: object, message: string) => void>();
  const engine = await createSqliteEngine({ file, now: () => Date.now() + 3_600_000, log: { error } });
  await vi.waitFor(() => expect(error).toHaveBeenCalled());
  await expect(engine.check()).rejects.toThrow(StorageGoneError);
  await expect(engine.submit(newJob(1))).rejects.toThrow('The database is damaged');
  await engine.close();
});
