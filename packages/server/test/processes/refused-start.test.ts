import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const program = resolve(import.meta.dirname, '../../src/main.ts');
const isRoot = process.getuid?.() === 0;
/** Nobody's: root may do everything, so what a user may not do is tried as another one. */
const nobody = isRoot ? { uid: 65_534, gid: 65_534 } : {};
/** Whether that user can read the program at all. */
const canBeNobody = spawnSync(process.execPath, ['--check', program], nobody).status === 0;

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'image2model-start-'));
  await chmod(directory, 0o755);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function start(env: Record<string, string>, as: { uid?: number; gid?: number } = {}) {
  const child = spawn(process.execPath, [program], {
    env: { PATH: process.env['PATH'] ?? '', PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 20_000,
    ...as,
  });
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: child.exitCode, out, err };
}

const startEach = async (...envs: Record<string, string>[]) => await Promise.all(envs.map((env) => start(env)));

/** One line that says what is wrong, and the exit code of a wrong setting. */
function refusal(sentence: string) {
  return { code: 2, out: '', err: `image2model cannot start: ${sentence}\n` };
}

describe('A server with a setting that it cannot obey', { timeout: 30_000 }, () => {
  it.runIf(process.platform === 'linux')('names a DATA_DIR where no folder can be made', async () => {
    const sentence = 'is a place where nothing can be made';
    expect(await startEach({ DATA_DIR: '/proc/x' }, { DATA_DIR: '/proc/x/y' })).toEqual([
      refusal(`DATA_DIR=/proc/x ${sentence}`),
      refusal(`DATA_DIR=/proc/x/y: /proc/x ${sentence}`),
    ]);
  });

  it('names a DATA_DIR that is a link to nowhere, and not all of one that is too long', async () => {
    const link = join(directory, 'link');
    await symlink('nowhere', link);
    const long = join(directory, 'x'.repeat(300));
    expect(await startEach({ DATA_DIR: link }, { DATA_DIR: long })).toEqual([
      refusal(`DATA_DIR=${link} is a symbolic link to a folder that is not there`),
      refusal(`DATA_DIR=${long.slice(0, 200)}… is too long a name`),
    ]);
  });

  it('names a DATA_DIR that is a file, or lies below one', async () => {
    const file = join(directory, 'file');
    await writeFile(file, '');
    const below = join(file, 'a', 'b');
    expect(await startEach({ DATA_DIR: file }, { DATA_DIR: below })).toEqual([
      refusal(`DATA_DIR=${file} is not a folder`),
      refusal(`DATA_DIR=${below}: ${file} is not a folder`),
    ]);
  });

  it.runIf(canBeNobody)('names a DATA_DIR that this user may not make or write', async () => {
    const closed = join(directory, 'closed');
    await mkdir(closed);
    await chmod(closed, 0o555);
    const sentence = 'may not be written by this user';
    expect(await start({ DATA_DIR: closed }, nobody)).toEqual(refusal(`DATA_DIR=${closed} ${sentence}`));
    const inside = join(closed, 'data');
    expect(await start({ DATA_DIR: inside }, nobody)).toEqual(refusal(`DATA_DIR=${inside} ${sentence}`));
  });

  it.runIf(isRoot && process.platform === 'linux')('names a DATA_DIR on a read-only file system', async () => {
    const disk = join(directory, 'disk');
    await mkdir(disk);
    await promisify(execFile)('mount', ['-t', 'tmpfs', '-o', 'ro,size=1m', 'tmpfs', disk]);
    try {
      const inside = join(disk, 'data');
      const sentence = 'is on a file system that is read-only';
      expect(await startEach({ DATA_DIR: disk }, { DATA_DIR: inside })).toEqual([
        refusal(`DATA_DIR=${disk} ${sentence}`),
        refusal(`DATA_DIR=${inside} ${sentence}`),
      ]);
    } finally {
      await promisify(execFile)('umount', [disk]);
    }
  });

  it('names a HOST that is not of this machine, or that nobody knows', async () => {
    const env = { DATA_DIR: join(directory, 'data'), API_KEYS: 'key' };
    // Of the range that is kept for documentation.
    expect(await start({ ...env, HOST: '192.0.2.7' })).toEqual(
      refusal('HOST=192.0.2.7 is not an address of this machine'),
    );
    expect(await start({ ...env, HOST: 'nowhere.invalid' })).toEqual(
      refusal('HOST=nowhere.invalid is not known: no address was found for this name'),
    );
  });

  it.runIf(canBeNobody && process.platform === 'linux')('names a PORT that only root may open', async () => {
    const own = join(directory, 'own');
    await mkdir(own);
    await chmod(own, 0o777);
    const sentence = 'PORT=80 is not for this user: take one from 1024 on, or allow it';
    expect(await start({ DATA_DIR: own, PORT: '80' }, nobody)).toEqual(refusal(sentence));
  });

  it('names a variable that is nearly a setting', async () => {
    const env = { DATA_DIR: join(directory, 'data'), MAX_STREAM: '5' };
    expect(await start(env)).toEqual(refusal('MAX_STREAM is not a setting; did you mean MAX_STREAMS?'));
  });
});
