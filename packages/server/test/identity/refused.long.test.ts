import { cp, mkdir, open, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { join } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { problem, start } from '../api/support.ts';
import { picture, uploadForm } from '../support/server.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { contents, expectRefused, expectServed, leftFolder, makeJob, runAdopt, serve } from './support.ts';

const waysOut = /restore.*image2model adopt.*DATA_DIR/;

// Promised: The server does not start with a database and files that do not belong together.
// Promised: A refused start changes nothing, and says in one sentence what is wrong and what to do.
// Promised: `image2model adopt` gives jobs back from their files, with the same ids, owner, times and bytes.
describe('a database and files that do not belong together', () => {
  it.each([
    ['is missing', async (database: string) => await rm(database), /missing or empty/],
    ['is empty', async (database: string) => await truncate(database, 0), /missing or empty/],
  ])('are refused where the database %s, taken up again, and then served as before', async (_, lose, reason) => {
    const { dataDir, made, database, files } = await leftFolder();
    await lose(database);
    await expectRefused(dataDir, reason);
    await expectRefused(dataDir, waysOut);
    await expectRefused(dataDir, new RegExp(`${database}.*|${files}`));
    const adopted = await runAdopt(dataDir);
    expect(adopted).toMatchObject({ code: 0, err: '' });
    expect(adopted.out).toMatch(`took up job ${made.upload.job_id}: 2 photos, 2 models\ntook up 1 job\n`);
    const after = await contents(dataDir);
    expect(await runAdopt(dataDir)).toEqual({ code: 0, out: 'took up 0 jobs\n', err: '' });
    expect(await contents(dataDir)).toEqual(after);
    await expectServed(dataDir, made);
  });

  it('are refused where the database is a copy of before the last start', async () => {
    const { dataDir, made, database } = await leftFolder();
    const copy = join(await temporaryDirectory(), 'yesterday.db');
    await cp(database, copy);
    const server = await start({ dataDir });
    const second = await makeJob(server);
    await server.close(0);
    await cp(copy, database);
    await expectRefused(dataDir, /image2model\.db is older than the files in .*restore.*adopt.*DATA_DIR/);
    expect((await runAdopt(dataDir)).out).toMatch(`took up job ${second.upload.job_id}`);
    const again = await expectServed(dataDir, made);
    await again.close(0);
    await expectServed(dataDir, second);
  });

  it('are refused where the database is a copy that was made while the server ran', async () => {
    const dataDir = join(await temporaryDirectory(), 'data');
    const server = await start({ dataDir });
    const first = await makeJob(server);
    const copy = join(await temporaryDirectory(), 'copy.db');
    const source = new DatabaseSync(join(dataDir, 'image2model.db'), { readOnly: true });
    await backup(source, copy);
    source.close();
    const second = await makeJob(server);
    await server.close(0);
    await cp(copy, join(dataDir, 'image2model.db'));
    await expectRefused(dataDir, /older than the files/);
    expect((await runAdopt(dataDir)).out).toMatch(`took up job ${second.upload.job_id}`);
    await (await expectServed(dataDir, first)).close(0);
    await expectServed(dataDir, second);
  });

  it('are refused where each is of another server', async () => {
    const [mine, theirs] = [await leftFolder(), await leftFolder()];
    await cp(theirs.database, mine.database);
    await expectRefused(mine.dataDir, /belongs to another database.*adopt.*DATA_DIR/);
    const { code, out } = await runAdopt(mine.dataDir);
    expect(code).toBe(0);
    expect(out).toMatch(/^put aside .*image2model\.db, which cannot be used, as .*\.aside-/);
    await expectServed(mine.dataDir, mine.made);
  });

  it('are refused where the files are not mounted, or older, and go together once they are back', async () => {
    const { dataDir, made, files } = await leftFolder();
    await cp(files, `${files}-yesterday`, { recursive: true });
    await (await start({ dataDir })).close(0);
    await rename(files, `${files}-away`);
    await expectRefused(dataDir, /has jobs, but .*files is empty or not theirs: mount or restore.*adopt.*DATA_DIR/);
    await mkdir(files);
    await expectRefused(dataDir, /is empty or not theirs/);
    await rm(files, { recursive: true });
    await rename(`${files}-yesterday`, files);
    await expectRefused(dataDir, /files is older than .*restore.*adopt.*DATA_DIR/);
    await rm(files, { recursive: true });
    await rename(`${files}-away`, files);
    await expectServed(dataDir, made);
  });

  it.each([
    ['are gone', async (files: string) => await rm(files, { recursive: true })],
    [
      'are others that are empty',
      async (files: string) => await rename(files, `${files}-away`).then(() => mkdir(files)),
    ],
  ])('go on without the files where these %s, as the refusal says', async (_, lose) => {
    const { dataDir, made, files } = await leftFolder();
    await lose(files);
    await expectRefused(dataDir, /run "image2model adopt" to go on without them/);
    expect(await runAdopt(dataDir)).toEqual({ code: 0, out: 'took up 0 jobs\n', err: '' });
    const server = await start({ dataDir });
    const path = `/api/v1/download/${made.upload.job_id}/chair.glb`;
    await problem(await server.ask(path), 410, 'FILE_LOST');
  });
});

describe('files that cannot be used', () => {
  it('are refused where they are none, or their mark is a folder', async () => {
    const { dataDir, files } = await leftFolder();
    await rm(join(files, 'store.json'));
    await mkdir(join(files, 'store.json'));
    await expectRefused(dataDir, /store\.json.* is damaged: .*image2model adopt.*DATA_DIR/);
    await rm(files, { recursive: true });
    await writeFile(files, 'a file');
    await expectRefused(dataDir, /files is not a folder: move it away and restore the files.*DATA_DIR/);
  });
});

// Promised: A damaged database, or one that lost its log, is noticed at the start.
// Promised: A refused start changes nothing, and says in one sentence what is wrong and what to do.
// Promised: `image2model adopt` gives jobs back from their files, with the same ids, owner, times and bytes.
describe('a damaged database', () => {
  const garbage = async (database: string, at: number): Promise<void> => {
    await using handle = await open(database, 'r+');
    await handle.write(Buffer.alloc(4096, 0xa5), 0, 4096, at);
  };
  const byte = async (database: string, at: number, value: number): Promise<void> => {
    await using handle = await open(database, 'r+');
    await handle.write(Buffer.of(value), 0, 1, at);
  };
  const sql = (database: string, statement: string): void => {
    const db = new DatabaseSync(database);
    db.exec(statement);
    db.close();
  };
  it.each<[string, (database: string, size: number) => Promise<void>]>([
    ['was cut off', async (database, size) => await truncate(database, size / 2)],
    ['was cut off within its head', async (database) => await truncate(database, 50)],
    ['is no database', async (database) => await writeFile(database, 'not a database'.repeat(1000))],
    ['has a page of something else at its beginning', async (database) => await garbage(database, 0)],
    [
      'is a folder',
      async (database) => {
        await rm(database);
        await mkdir(database);
      },
    ],
    ['says that a later SQLite has written it', async (database) => await byte(database, 18, 0x72)],
    ['has a schema of a format that there is not', async (database) => await byte(database, 47, 0xfb)],
    ['says that it is of an earlier version than it is', async (database) => await byte(database, 63, 3)],
    ['says that it is of no version', async (database) => await byte(database, 60, 0xff)],
    ['lacks a table', async (database) => sql(database, 'DROP TABLE timings')],
    [
      'has a mark that makes no sense',
      async (database) => sql(database, `UPDATE meta SET value = '{"' WHERE name = 'mark'`),
    ],
    ['has a page of something else', async (database, size) => await garbage(database, size - 3 * 4096)],
  ])('is refused where it %s, put aside by adopt, and the jobs are served as before', async (_, damage) => {
    const { dataDir, made, database } = await leftFolder();
    await damage(database, (await stat(database)).size);
    await expectRefused(
      dataDir,
      /image2model\.db is (damaged|not a file): restore it from a backup.*image2model adopt/,
    );
    expect(await runAdopt(dataDir)).toMatchObject({ code: 0, err: '' });
    await expectServed(dataDir, made);
  });

  it('is served all the same where only what it knows of the clock makes no sense', async () => {
    const { dataDir, made, database } = await leftFolder();
    sql(database, `UPDATE meta SET value = '{}' WHERE name = 'clock'`);
    await expectServed(dataDir, made);
  });

  it.each([
    ['its log', ['-wal']],
    ['its log with the index of it', ['-wal', '-shm']],
  ])('is refused where a killed server left it without %s', async (_, lost) => {
    const { dataDir, made, database } = await leftFolder();
    const { address, child } = await serve(dataDir);
    const form = uploadForm([['new.png', await picture('png', 'navy')]]);
    const response = await fetch(`${address}/api/v1/upload`, { method: 'POST', body: form });
    const { job_id: jobId } = (await response.json()) as { job_id: string };
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
    for (const part of lost) await rm(database + part);
    await expectRefused(dataDir, /(has lost its log|is older than the files).*restore.*image2model adopt/);
    expect((await runAdopt(dataDir)).out).toMatch(`took up job ${jobId}: 1 photo,`);
    await expectServed(dataDir, made);
  });
});
