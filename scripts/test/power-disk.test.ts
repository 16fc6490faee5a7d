import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { canCutPower, canImitateCuts, createPowerDisk } from './power-disk.ts';
import type { PowerDisk } from './power-disk.ts';

const sizeBytes = 64 * 1024 * 1024;

/** Writes to the disk as a server would, and is killed: `steps` are run with `fs`, `db`, `syncFile` and `syncFolder`. */
async function writeAndDie(disk: PowerDisk, steps: string): Promise<void> {
  const program = `
    import * as fs from 'node:fs';
    import { open } from 'node:fs/promises';
    import { DatabaseSync } from 'node:sqlite';
    process.chdir(${JSON.stringify(disk.directory)});
    const db = new DatabaseSync('jobs.db');
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0');
    const syncFile = async (path) => {
      const handle = await open(path);
      await handle.datasync();
      await handle.close();
    };
    const syncFolder = (path) => {
      const fd = fs.openSync(path);
      fs.fsyncSync(fd);
      fs.closeSync(fd);
    };
    ${steps}
    process.kill(process.pid, 'SIGKILL');
  `;
  const child = spawn(process.execPath, [...disk.nodeArguments, '--input-type=module', '--eval', program], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [, signal] = await once(child, 'exit');
  expect(signal).toBe('SIGKILL');
}

const isRoot = await canCutPower();

const kinds = [
  ...(isRoot ? [['a real disk', false] as const] : []),
  ...(canImitateCuts ? [['an imitated disk', true] as const] : []),
];

describe.each(kinds)('after a power cut, %s', (_, imitate) => {
  async function openDisk(): Promise<PowerDisk> {
    const disk = await createPowerDisk(sizeBytes, { imitate });
    onTestFinished(() => disk.remove());
    return disk;
  }

  it('has what was synced with its folder, and nothing that was only written', async () => {
    const disk = await openDisk();
    await writeAndDie(
      disk,
      `fs.mkdirSync('files');
         fs.writeFileSync('files/synced', 'all of it');
         await syncFile('files/synced');
         syncFolder('files');
         syncFolder('.');
         fs.appendFileSync('files/synced', ', and more');
         fs.writeFileSync('files/written', 'gone');
         fs.mkdirSync('files/made');`,
    );
    await disk.cut();
    expect(await readdir(join(disk.directory, 'files'))).toEqual(['synced']);
    expect(await readFile(join(disk.directory, 'files/synced'), 'utf8')).toBe('all of it');
  });

  it('has what was synced by a process that had no descriptor left', async () => {
    const disk = await openDisk();
    await writeAndDie(
      disk,
      `db.exec('CREATE TABLE t (number INTEGER)');
         const [file, log, folder] = ['file', 'jobs.db-wal', '.'].map((path) => fs.openSync(path, path === 'file' ? 'w' : 'r'));
         fs.writeSync(file, 'all of it');
         try { for (;;) fs.openSync('/dev/null'); } catch {}
         for (const fd of [file, log, folder]) fs.fsyncSync(fd);`,
    );
    await disk.cut();
    expect(await readFile(join(disk.directory, 'file'), 'utf8')).toBe('all of it');
  });

  it('has the transactions that were synced, and those alone, before and after a checkpoint', async () => {
    const disk = await openDisk();
    const rows = (): unknown[] => {
      const db = new DatabaseSync(join(disk.directory, 'jobs.db'));
      const found = db.prepare('SELECT number FROM t').all();
      db.close();
      return found.map((row) => row['number']);
    };
    await writeAndDie(
      disk,
      `db.exec('CREATE TABLE t (number INTEGER); INSERT INTO t VALUES (1)');
         await syncFile('jobs.db-wal');
         db.exec('INSERT INTO t VALUES (2)');`,
    );
    await disk.cut();
    expect(rows()).toEqual([1]);

    await writeAndDie(
      disk,
      `db.exec('INSERT INTO t VALUES (3)');
         db.exec('PRAGMA wal_checkpoint(FULL)');
         db.exec('INSERT INTO t VALUES (4)');
         db.exec('INSERT INTO t VALUES (5)');
         await syncFile('jobs.db-wal');
         db.exec('INSERT INTO t VALUES (6)');`,
    );
    await disk.cut();
    expect(rows()).toEqual([1, 3, 4, 5]);

    await writeAndDie(
      disk,
      `db.exec('INSERT INTO t VALUES (7)');
         db.exec('PRAGMA wal_checkpoint(PASSIVE)');
         db.exec('INSERT INTO t VALUES (8)');`,
    );
    await disk.cut();
    expect(rows()).toEqual([1, 3, 4, 5, 7]);
  });
});

describe.runIf(isRoot)('a real disk (needs root)', () => {
  it('can be filled and freed', async () => {
    const disk = await createPowerDisk(sizeBytes);
    onTestFinished(() => disk.remove());
    await disk.fill(0);
    const file = JSON.stringify(join(disk.directory, 'file'));
    const write = `require('fs').writeFileSync(${file}, Buffer.alloc(100_000))`;
    const code = async () => (await once(spawn(process.execPath, ['--eval', write]), 'exit'))[0] as number;
    expect(await code()).toBe(1);
    await disk.free();
    expect(await code()).toBe(0);
  });

  it('is removed when whoever made it is killed', async () => {
    const program = `
      import { createPowerDisk } from ${JSON.stringify(new URL('power-disk.ts', import.meta.url))};
      console.log((await createPowerDisk(${sizeBytes})).directory);
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program]);
    const [said] = await once(child.stdout, 'data');
    const directory = String(said).trim();
    await access(directory);
    child.kill('SIGKILL');
    await expect
      .poll(() =>
        access(join(directory, '../..')).then(
          () => 'there',
          () => 'gone',
        ),
      )
      .toBe('gone');
    expect(await readFile('/proc/mounts', 'utf8')).not.toContain(directory);
  });
});
