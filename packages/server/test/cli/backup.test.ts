import { cp, mkdir, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { canFillDisk, createSmallDisk } from '../../../../scripts/test/small-disk.ts';
import { holdRemovals } from '../../src/files/hold.ts';
import { ended, expectAccepted, send, start, storedJobs } from '../api/support.ts';
import { mask, maskedForm } from '../support/masks.ts';
import { picture } from '../support/server.ts';
import { command, expectWhole, modelsIn, serverWith, startServerProcess } from '../support/store-commands.ts';
import type { CommandRun } from '../support/store-commands.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { createTriangleModel } from '../support/triangle-model.ts';

const isRoot = await canFillDisk();
let directory: string;

beforeEach(async () => {
  directory = await temporaryDirectory();
});

const at = (name: string): string => join(directory, name);

describe('image2model backup', () => {
  it('says in one line what it did, and is refused where something is there already', async () => {
    const { dataDir } = await serverWith(2);
    const target = at('backup');
    await mkdir(target);
    expect(await command(dataDir, 'backup', target)).toEqual({
      code: 0,
      out: `${target}: 2 jobs, 12 files, 0.0 MB\n`,
      err: '',
    });
    const refused = { code: 2, out: '', err: expect.stringContaining('already exists') };
    expect(await command(dataDir, 'backup', target)).toMatchObject(refused);
    await writeFile(at('there.tar'), '');
    expect(await command(dataDir, 'backup', at('there.tar'))).toMatchObject(refused);
    expect((await command(dataDir, 'backup', at('there.tar'))).err).toContain('such as there-2.tar');
    const within = await command(dataDir, 'backup', join(dataDir, 'files/backup'));
    expect(within).toMatchObject({ code: 2, err: expect.stringContaining('is inside the server’s own files') });
    const away = await command(dataDir, 'backup', at('no/backup'));
    expect(away).toMatchObject({ code: 2, err: expect.stringContaining('There is no folder') });
    const none = await command(at('none'), 'backup', at('second'));
    expect(none).toMatchObject({ code: 2, err: expect.stringContaining('set DATA_DIR to the folder of the server') });
    expect((await readdir(directory)).toSorted()).toEqual(['backup', 'there.tar']);
    expect(await modelsIn(target, at('restored'))).toBe(4);
  });

  it('keeps what is deleted meanwhile until it is done, and is alone', async () => {
    const server = await serverWith(1);
    const [id] = await storedJobs(server);
    const release = holdRemovals(join(server.dataDir, 'files'));
    expect((await server.ask(`/api/v1/jobs/${id}`, { method: 'DELETE' })).status).toBe(200);
    expect(await storedJobs(server)).toEqual([id]);
    const second = await command(server.dataDir, 'backup', at('backup'));
    expect(second).toMatchObject({ code: 2, err: expect.stringContaining('Another backup') });
    release?.();
    expect(await command(server.dataDir, 'backup', at('backup'))).toMatchObject({ code: 0 });
  });

  it('is whole though what the files say of themselves is damaged', async () => {
    const server = await serverWith(1);
    await writeFile(join(server.dataDir, 'files/store.json'), '{"identity":');
    expect(await command(server.dataDir, 'backup', at('backup'))).toMatchObject({ code: 0, err: '' });
    expect(await modelsIn(at('backup'), at('restored'))).toBe(2);
  });

  it('carries masks, and says where one is lost', async () => {
    const server = await start({ model: { ...createTriangleModel(), usesMasks: true } });
    const bytes = await mask();
    const form = maskedForm([['a.png', await picture()]], [['a.mask.png', bytes]]);
    const sent = await expectAccepted(await send(server, form));
    await ended(server, sent.task_id);
    expect(await command(server.dataDir, 'backup', at('backup'))).toMatchObject({
      code: 0,
      out: expect.stringMatching(/1 job, 4 files/),
    });
    expect(await command(at('restored'), 'restore', at('backup'))).toMatchObject({ code: 0, err: '' });
    const restored = await startServerProcess(at('restored'));
    const url = `/api/v1/download/${sent.job_id}/masks/${sent.uploaded_files[0]?.file_id}`;
    expect(Buffer.from(await (await fetch(restored.address + url)).arrayBuffer())).toEqual(bytes);

    const folder = join(server.dataDir, 'files/jobs', sent.job_id, 'masks');
    await writeFile(join(folder, (await readdir(folder))[0] ?? ''), 'damaged');
    const found = await command(server.dataDir, 'check');
    expect(found).toMatchObject({
      code: 1,
      out: expect.stringMatching(
        /^the mask a\.mask\.png of a\.png of job .* is lost or damaged .*or retry with a new one$/m,
      ),
    });
    expect(found.out).toMatch(/1 fault, 0 can be fixed/);
    await rm(join(server.dataDir, 'files/jobs', sent.job_id, 'models'), { recursive: true });
    expect((await command(server.dataDir, 'check')).out).toContain('; its mask is lost too\n');
    const done = await command(server.dataDir, 'backup', at('damaged'));
    expect(done).toMatchObject({ code: 1, out: expect.stringMatching(/3 files? lost or damaged/) });
  });

  it('carries the rest where files are lost, and says so', async () => {
    const server = await serverWith(2);
    const models = join(server.dataDir, 'files/jobs', (await storedJobs(server))[0] ?? '', 'models');
    const [name = ''] = (await readdir(models)).filter((entry) => entry.endsWith('.glb'));
    await rm(join(models, name));
    // Something else in its place is as good as nothing.
    await mkdir(join(models, name));
    for (const target of ['folder', 'file.tar']) {
      const done = await command(server.dataDir, 'backup', at(target));
      expect(done).toMatchObject({ code: 1, out: expect.stringMatching(/2 jobs, 11 files.*; 1 file lost or damaged/) });
      const restored = await command(at(`${target}-2`), 'restore', at(target));
      expect(restored).toMatchObject({ code: 1, out: expect.stringMatching(/2 jobs, 11 files; 1 file lost/) });
    }
  });

  it.runIf(isRoot)('says that there is no room, and leaves nothing', async () => {
    const server = await serverWith(2);
    const disk = await createSmallDisk(4 * 1024 * 1024);
    onTestFinished(() => disk.remove());
    for (const name of ['folder', 'file.tar']) {
      for (const leaveBytes of [0, 170_000]) {
        await disk.fill(leaveBytes);
        const done = await command(server.dataDir, 'backup', join(disk.directory, name));
        expect(done).toEqual({ code: 1, out: '', err: 'image2model: There is not enough space on the disk\n' });
        expect(await readdir(disk.directory)).not.toContain(name);
        expect(await readdir(disk.directory)).not.toContain(`${name}.part`);
        await disk.free();
      }
      expect(await command(server.dataDir, 'backup', join(disk.directory, name))).toMatchObject({ code: 0 });
    }
    // Another disk, so these are copies.
    expect(await modelsIn(join(disk.directory, 'folder'), at('restored'))).toBe(4);
  });
});

describe('image2model restore', () => {
  it('needs an empty directory that no server works on, or moves aside what is there', async () => {
    const server = await serverWith(1);
    await command(server.dataDir, 'backup', at('backup'));
    const running = await command(server.dataDir, 'restore', at('backup'), '--force');
    expect(running).toMatchObject({ code: 2, err: expect.stringContaining('in use by another server') });

    await mkdir(at('data'));
    await writeFile(at('data/mine'), 'mine');
    const refused = await command(at('data'), 'restore', at('backup'));
    expect(refused).toMatchObject({ code: 2, err: expect.stringMatching(/is not empty.*--force/) });
    expect(await readdir(at('data'))).toEqual(expect.arrayContaining(['mine']));
    const forced = await command(at('data'), 'restore', at('backup'), '--force');
    expect(forced).toMatchObject({ code: 0, out: expect.stringContaining('the previous contents are in') });
    const aside = (await readdir(at('data'))).find((name) => name.startsWith('before-restore-')) ?? '';
    expect(await readFile(join(at('data'), aside, 'mine'), 'utf8')).toBe('mine');
    expect(await expectWhole((await startServerProcess(at('data'))).address)).toBe(2);
    // The backup is its own: nothing in it is shared with what was restored.
    expect((await stat(at('backup/image2model.db'))).ino).not.toBe((await stat(at('data/image2model.db'))).ino);
  });

  it('refuses what is no whole backup, and says which', async () => {
    const server = await serverWith(1);
    await command(server.dataDir, 'backup', at('backup'));
    await command(server.dataDir, 'backup', at('backup.tar'));
    const refusal = async (path: string): Promise<CommandRun> => await command(at('data'), 'restore', at(path));
    expect(await refusal('none')).toMatchObject({ code: 2, err: expect.stringContaining('There is no backup at') });
    await mkdir(at('empty'));
    expect(await refusal('empty')).toMatchObject({ code: 2, err: expect.stringContaining('not a complete backup') });
    await writeFile(at('text.tar'), 'x'.repeat(5000));
    expect(await refusal('text.tar')).toMatchObject({ code: 2, err: expect.stringContaining('was not written by') });
    const { size } = await stat(at('backup.tar'));
    for (const [index, length] of [size - 2048, size >> 1, 700].entries()) {
      await cp(at('backup.tar'), at(`${index}.tar`));
      await truncate(at(`${index}.tar`), length);
      expect(await refusal(`${index}.tar`)).toMatchObject({
        code: 2,
        err: expect.stringContaining('not a complete backup'),
      });
    }
    const database = await readFile(at('backup/image2model.db'));
    database[5000] = (database[5000] ?? 0) ^ 1;
    await writeFile(at('backup/image2model.db'), database);
    expect(await refusal('backup')).toMatchObject({
      code: 1,
      err: expect.stringContaining('database in the backup is'),
    });
    expect((await readdir(at('data'))).filter((name) => !name.endsWith('.lock'))).toEqual([]);
  });

  it('notices a file that was changed in the backup', async () => {
    const server = await serverWith(1);
    await command(server.dataDir, 'backup', at('backup.tar'));
    const bytes = await readFile(at('backup.tar'));
    bytes[bytes.indexOf('glTF') + 100] = 0;
    await writeFile(at('backup.tar'), bytes);
    const restored = await command(at('data'), 'restore', at('backup.tar'));
    expect(restored).toMatchObject({ code: 1, out: expect.stringMatching(/; 1 file lost or damaged/) });
  });
});
