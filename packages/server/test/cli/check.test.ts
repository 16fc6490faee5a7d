import { copyFile, mkdir, readdir, readFile, rename, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeEach, describe, expect, it } from 'vitest';
import { start, storedJobs } from '../api/support.ts';
import type { TestServer } from '../support/server.ts';
import { allJobs, command, expectWhole, serverWith, startServerProcess } from '../support/store-commands.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

let server: TestServer;

beforeEach(async () => {
  server = await serverWith(2);
});

/** The path of a stored file of the jobs, by its folder, how its name ends, and its place among those. */
async function stored(folder: 'images' | 'models', ending = '', place = 0): Promise<string> {
  const paths: string[] = [];
  for (const job of (await storedJobs(server)).toSorted()) {
    const directory = join(server.dataDir, 'files/jobs', job, folder);
    paths.push(...(await readdir(directory)).toSorted().map((name) => join(directory, name)));
  }
  return paths.filter((path) => path.endsWith(ending))[place] ?? '';
}

async function flip(path: string, at = 20): Promise<void> {
  const bytes = await readFile(path);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  await writeFile(path, bytes);
}

describe('image2model check', () => {
  it('finds nothing where all is well, also while the server runs, and changes nothing', async () => {
    const all = `${server.dataDir}: 4 photos and their results, no faults found\n`;
    expect(await command(server.dataDir, 'check')).toEqual({ code: 0, out: all, err: '' });
    const refused = await command(server.dataDir, 'check', '--fix');
    expect(refused).toMatchObject({ code: 2, out: '', err: expect.stringContaining('in use by another server') });
    await server.close(0);
    const before = await readFile(join(server.dataDir, 'image2model.db'));
    expect(await command(server.dataDir, 'check')).toMatchObject({ code: 0, out: all });
    expect(await readFile(join(server.dataDir, 'image2model.db'))).toEqual(before);
    expect(await command(server.dataDir, 'check', '--fix')).toMatchObject({ code: 0, out: all });
    const none = await command(await temporaryDirectory(), 'check');
    expect(none).toMatchObject({ code: 2, err: expect.stringContaining('set DATA_DIR') });
  });

  // Promised: `image2model check` names every file that is lost or changed.
  it('names what is deleted, changed or cut short of a model, and has it made again', async () => {
    const paths = [
      await stored('models', 'glb', 0),
      await stored('models', 'glb', 1),
      await stored('models', 'webp', 2),
    ];
    const [deleted = '', changed = '', cut = ''] = paths;
    await rm(deleted);
    await flip(changed);
    await truncate(cut, 3);
    const found = await command(server.dataDir, 'check');
    expect(found).toMatchObject({ code: 1, err: '' });
    const line = /^the model of [ab]\.png of job .* is lost or damaged \(.*\); --fix: queued to be made again$/gm;
    expect(found.out.match(line)).toHaveLength(3);
    for (const path of paths) expect(found.out).toContain(path.slice(join(server.dataDir, 'files/').length));
    expect(found.out).toContain('4 photos and their results, 3 faults, 3 can be fixed with --fix\n');
    await server.close(0);
    const fixed = await command(server.dataDir, 'check', '--fix');
    expect(fixed).toMatchObject({ code: 0, out: expect.stringContaining('3 faults, 3 fixed\n') });
    const again = await startServerProcess(server.dataDir);
    await expect
      .poll(async () => (await allJobs(again.address)).every(({ status }) => status === 'completed'))
      .toBe(true);
    expect(await expectWhole(again.address)).toBe(4);
    await again.stop('SIGTERM');
    expect(await command(server.dataDir, 'check')).toMatchObject({ code: 0 });
  });

  // Promised: `image2model check` names every file that is lost or changed.
  it('names a photo that is lost, which nothing can mend', async () => {
    await flip(await stored('images'), 40);
    await server.close(0);
    for (const flags of [[], ['--fix']]) {
      const found = await command(server.dataDir, 'check', ...flags);
      expect(found).toMatchObject({
        code: 1,
        out: expect.stringMatching(/^the photo [ab]\.png of job .*upload it again/),
      });
      expect(found.out).toMatch(/1 fault, 0 (fixed|can be fixed with --fix)\n$/);
    }
  });

  it('finds states that do not agree, and sets them right', async () => {
    const other = await serverWith(6);
    await other.close(0);
    const db = new DatabaseSync(join(other.dataDir, 'image2model.db'));
    db.exec(`
      UPDATE tasks SET ended = 0, waiting = 2 WHERE place = 1;
      UPDATE task_files SET state = 'waiting', status = 'pending' WHERE place = 2;
      UPDATE task_files SET token = 'x' WHERE place = 3 AND file_id = (SELECT min(file_id) FROM task_files WHERE place = 3);
      UPDATE tasks SET status = 'failed' WHERE place = 4;
      UPDATE tasks SET head = 1, sequence = 1 WHERE place = 5;
      UPDATE task_files SET head = 1000 WHERE place = 6`);
    db.close();
    const found = await command(other.dataDir, 'check');
    expect(found.code).toBe(1);
    for (const text of [
      /has wrong counts of its files; --fix: set right/,
      /has ended, but its file .* has not; --fix: set right/,
      /is in progress, but no worker has it; --fix: set right/,
      /is failed, but its files say otherwise; --fix: set right/,
      /does not end where it should; --fix: set right/,
    ]) {
      expect(found.out).toMatch(text);
    }
    expect(await command(other.dataDir, 'check', '--fix')).toMatchObject({ code: 0 });
    expect(await command(other.dataDir, 'check')).toMatchObject({ code: 0 });
    const again = await startServerProcess(other.dataDir);
    expect(await allJobs(again.address)).toHaveLength(6);
  });

  it('names folders that are of no job, and leaves them', async () => {
    const folder = join(server.dataDir, 'files/jobs/0195d3a0-0000-7000-8000-000000000000');
    await mkdir(folder);
    await utimes(folder, 0, 0);
    const found = await command(server.dataDir, 'check');
    expect(found).toMatchObject({ code: 0, out: expect.stringMatching(/^files\/jobs\/0195.* belongs to no job/) });
    expect(await readdir(folder)).toEqual([]);
  });

  it('says that the database is older than the files, as a start does', async () => {
    await server.close(0);
    const file = join(server.dataDir, 'image2model.db');
    await copyFile(file, `${file}-yesterday`);
    await (await start({ dataDir: server.dataDir })).close(0);
    await rename(`${file}-yesterday`, file);
    const found = await command(server.dataDir, 'check');
    expect(found).toMatchObject({
      code: 1,
      err: '',
      out: expect.stringMatching(/is older than the files .*adopt.*1 fault/s),
    });
  });

  it('says that a database is damaged, and looks no further', async () => {
    await server.close(0);
    const file = join(server.dataDir, 'image2model.db');
    await truncate(file, 20_000);
    const found = await command(server.dataDir, 'check', '--fix');
    expect(found).toMatchObject({ code: 1, out: '' });
    expect(found.err).toMatch(
      /^image2model: .*image2model\.db is damaged: restore it from a backup, or run .*adopt.*\n$/,
    );
    await truncate(file, 0);
    for (const args of [['check'], ['backup', `${server.dataDir}-backup`]]) {
      const empty = await command(server.dataDir, ...args);
      expect(empty).toMatchObject({ code: 1, out: '', err: expect.stringMatching(/is empty: .*image2model adopt/) });
    }
    await writeFile(file, 'x'.repeat(10_000));
    expect(await command(server.dataDir, 'check')).toMatchObject({
      code: 1,
      err: expect.stringContaining('is damaged'),
    });
  });
});
