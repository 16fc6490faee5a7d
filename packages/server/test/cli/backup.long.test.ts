import { execFile } from 'node:child_process';
import { watch } from 'node:fs';
import { mkdir, readdir, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, it } from 'vitest';
import { storedJobs } from '../api/support.ts';
import { picture, uploadForm } from '../support/server.ts';
import {
  allJobs,
  command,
  expectWhole,
  modelsIn,
  serverWith,
  startCommand,
  startServerProcess,
} from '../support/store-commands.ts';
import type { CommandRun } from '../support/store-commands.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const run = promisify(execFile);
let directory: string;

beforeEach(async () => {
  directory = await temporaryDirectory();
});

const at = (name: string): string => join(directory, name);

/** Resolves once the folder that a backup is made in is there. */
async function begun(target: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const watcher = watch(directory, (_, name) => {
    if (name !== null && join(directory, name) === `${target}.part`) resolve();
  });
  await promise;
  watcher.close();
}

async function send(address: string, name: string): Promise<string> {
  const colour = `#${Math.floor(Math.random() * 0xffffff)
    .toString(16)
    .padStart(6, '0')}`;
  const body = uploadForm([[name, await picture('png', colour)]], { reuse: 'false' });
  const response = await fetch(`${address}/api/v1/upload`, { method: 'POST', body });
  return ((await response.json()) as { job_id: string }).job_id;
}

/** Makes a file in a folder so large, without filling the disk, that whoever copies it can be interrupted. Returns what undoes it. */
async function enlarge(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, (await readdir(folder))[0] ?? '');
  const { size } = await stat(path);
  await truncate(path, 2 ** 31);
  return async () => await truncate(path, size);
}

describe('image2model backup', () => {
  // Promised: A backup that is made while the server runs is whole.
  it('is whole while jobs are uploaded, finished and deleted', async () => {
    const { address } = await startServerProcess(at('data'));
    let sent = 0;
    const ids: string[] = [];
    const backups: Promise<CommandRun>[] = [];
    const work = async (): Promise<void> => {
      while (sent < 200) {
        sent += 1;
        if (sent === 60) backups.push(command(at('data'), 'backup', at('folder')));
        if (sent === 130) backups.push(backups[0]!.then(() => command(at('data'), 'backup', at('file.tar'))));
        const own = sent;
        ids.push(await send(address, `fine-20-${own}.png`));
        // Every other one of those that are done goes.
        const oldest = own % 2 === 0 ? ids.shift() : undefined;
        if (oldest === undefined) continue;
        const { status } = await fetch(`${address}/api/v1/jobs/${oldest}`, { method: 'DELETE' });
        if (status !== 200) ids.push(oldest);
      }
    };
    await Promise.all([work(), work(), work(), work()]);
    for (const done of await Promise.all(backups)) expect(done).toMatchObject({ code: 0, err: '' });
    for (const [backup, to] of [
      [at('folder'), at('one')],
      [at('file.tar'), at('two')],
    ] as const) {
      expect(await command(to, 'restore', backup)).toMatchObject({ code: 0, err: '' });
      const restored = await startServerProcess(to);
      await expect
        .poll(async () => (await allJobs(restored.address)).every(({ status }) => status === 'completed'))
        .toBe(true);
      expect(await expectWhole(restored.address)).toBe((await allJobs(restored.address)).length);
      expect((await allJobs(restored.address)).length).toBeGreaterThan(10);
    }
  }, 180_000);

  it('works on the directory of a server that was stopped or killed, and a file of it is an ordinary tar', async () => {
    const server = await startServerProcess(at('data'));
    await send(server.address, 'fine-20-1.png');
    await expect.poll(async () => (await allJobs(server.address))[0]?.status).toBe('completed');
    await server.stop('SIGKILL');
    expect(await command(at('data'), 'backup', at('killed.tar'))).toMatchObject({ code: 0 });
    const again = await startServerProcess(at('data'));
    await again.stop('SIGTERM');
    expect(await command(at('data'), 'backup', at('stopped'))).toMatchObject({ code: 0 });
    await mkdir(at('unpacked'));
    await run('tar', ['-xf', at('killed.tar'), '-C', at('unpacked')]);
    for (const name of ['killed.tar', 'stopped', 'unpacked']) expect(await modelsIn(at(name), at(`${name}-2`))).toBe(1);
  });

  it('survives the death of the server', async () => {
    const server = await startServerProcess(at('data'));
    for (let job = 0; job < 5; job += 1) await send(server.address, `fine-20-${job}.png`);
    await expect
      .poll(async () => (await allJobs(server.address)).every(({ status }) => status === 'completed'))
      .toBe(true);
    const { done } = startCommand(at('data'), 'backup', at('backup'));
    await begun(at('backup'));
    await server.stop('SIGKILL');
    expect(await done).toMatchObject({ code: 0, err: '' });
    expect(await modelsIn(at('backup'), at('restored'))).toBe(5);
  });

  // Promised: A backup or restore that is interrupted leaves nothing that looks whole.
  it.each(['SIGKILL', 'SIGINT'] as const)('leaves nothing that looks whole after %s', async (signal) => {
    const server = await serverWith(3);
    const [gone] = await storedJobs(server);
    await enlarge(join(server.dataDir, 'files/jobs', gone ?? '', 'images'));
    const { child, done } = startCommand(server.dataDir, 'backup', at('backup.tar'));
    await begun(at('backup.tar'));
    child.kill(signal);
    expect((await done).code).toBe(signal === 'SIGINT' ? 130 : null);
    expect(await readdir(directory)).toEqual(signal === 'SIGINT' ? [] : ['backup.tar.part']);
    const half = await command(at('restored'), 'restore', at('backup.tar.part'));
    expect(half.code).toBe(2);
    expect(half.err).toContain(signal === 'SIGINT' ? 'There is no backup' : 'is not a complete backup');
    // Nothing is held back any more.
    await server.ask(`/api/v1/jobs/${gone}`, { method: 'DELETE' });
    expect(await storedJobs(server)).toHaveLength(2);
    expect(await command(server.dataDir, 'backup', at('backup.tar'))).toMatchObject({ code: 0 });
    expect(await readdir(directory)).toEqual(['backup.tar']);
  });
});

describe('image2model restore', () => {
  // Promised: A backup or restore that is interrupted leaves nothing that looks whole.
  it.each(['SIGKILL', 'SIGINT'] as const)('leaves nothing in place after %s', async (signal) => {
    const server = await serverWith(2);
    const [id] = await storedJobs(server);
    await command(server.dataDir, 'backup', at('backup'));
    const undo = await enlarge(at(`backup/files/jobs/${id}/images`));
    await mkdir(at('data'));
    const { child, done } = startCommand(at('data'), 'restore', at('backup'));
    const { promise, resolve } = Promise.withResolvers<void>();
    const watcher = watch(at('data'), (_, name) => name === '.restoring' && resolve());
    await promise;
    watcher.close();
    child.kill(signal);
    await done;
    await undo();
    expect(await readdir(at('data'))).not.toContain('image2model.db');
    expect(await command(at('data'), 'restore', at('backup'))).toMatchObject({ code: 0 });
    expect(await readdir(at('data'))).not.toContain('.restoring');
  });
});
