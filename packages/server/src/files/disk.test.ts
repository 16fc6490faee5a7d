import { createHash } from 'node:crypto';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../test/support/temporary-directory.ts';
import { FileMissingError, FileTooLargeError, StorageFullError } from './contract.ts';
import type { FileStore } from './contract.ts';
import { createDiskStore } from './disk.ts';

let directory: string;
let store: FileStore;

beforeEach(async () => {
  directory = await temporaryDirectory();
  store = createDiskStore({ directory, minFreeBytes: 0 });
});

afterEach(async () => {
  await store.close();
});

describe('the disk store', () => {
  it('gives back what was written, whole, in part and as a stream', async () => {
    const data = Buffer.from('0123456789');
    const written = await store.write('jobs/a/images/1', data);
    expect(written).toEqual({ sizeBytes: 10, sha256: createHash('sha256').update(data).digest('hex') });
    expect(Buffer.from(await store.read('jobs/a/images/1'))).toEqual(data);
    expect(await buffer(await store.open('jobs/a/images/1'))).toEqual(data);
    expect(String(await buffer(await store.open('jobs/a/images/1', { start: 2, end: 4 })))).toBe('234');
    expect(await store.stat('jobs/a/images/1')).toMatchObject({ sizeBytes: 10 });
  });

  it('says that a file is missing before any stream', async () => {
    await expect(store.open('jobs/none')).rejects.toBeInstanceOf(FileMissingError);
    await expect(store.read('jobs/none')).rejects.toBeInstanceOf(FileMissingError);
    expect(await store.stat('jobs/none')).toBeUndefined();
    expect(await store.stat('jobs')).toBeUndefined();
  });

  it('keeps nothing of a write that is too long, fails or is aborted, and keeps the file that was there', async () => {
    await store.write('jobs/a/1', Buffer.from('old'));
    await expect(store.write('jobs/a/1', Buffer.alloc(11), { maxBytes: 10 })).rejects.toBeInstanceOf(FileTooLargeError);
    await expect(store.write('jobs/a/1', failing())).rejects.toThrow('cut off');
    await expect(store.write('jobs/a/1', Buffer.alloc(1), { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
    expect(String(await store.read('jobs/a/1'))).toBe('old');
    expect(await readdir(join(directory, '.incoming'))).toEqual([]);
  });

  it('removes a prefix by whole parts, and the directories that are empty then', async () => {
    await store.write('jobs/a/images/1', Buffer.from('1'));
    await store.write('jobs/ab/images/1', Buffer.from('2'));
    await store.removePrefix('jobs/a');
    expect(await readdir(join(directory, 'jobs'))).toEqual(['ab']);
    await store.remove('jobs/ab/images/1');
    await store.remove('jobs/ab/images/1');
    expect(await readdir(directory)).toEqual(['.incoming', '.trash']);
    expect(await readdir(join(directory, '.trash'))).toEqual([]);
  });

  it.each(['', '..', '../x', 'a/../../x', '/etc/passwd', 'a//b', './a', '.incoming/x', 'a\\b', 'a\0b', 'C:/x'])(
    'refuses the key %j',
    async (key) => {
      await expect(store.write(key, Buffer.from('x'))).rejects.toThrow('file key');
      await expect(store.read(key)).rejects.toThrow('file key');
    },
  );

  it('moves a spooled file to its place', async () => {
    await store.put('jobs/a/1', await store.spool.receive(Buffer.from('image')));
    expect(String(await store.read('jobs/a/1'))).toBe('image');
    expect(await readdir(join(directory, '.incoming'))).toEqual([]);
  });

  it('leaves alone what another process writes when it is opened', async () => {
    await store.spool.prepare();
    await writeFile(join(directory, '.incoming', 'theirs'), 'half a file');
    await createDiskStore({ directory }).close();
    expect(await readdir(join(directory, '.incoming'))).toEqual(['theirs']);
  });

  it('writes into a directory that is removed as empty at the same time', async () => {
    const rounds = Array.from({ length: 200 }, async (_, round) => {
      await store.write(`jobs/a/${round}`, Buffer.from('x'));
      await store.remove(`jobs/a/${round}`);
    });
    await Promise.all(rounds);
    expect(await readdir(directory)).toEqual(['.incoming']);
  });

  it('copies a file, and the two go their own ways from then on', async () => {
    await store.write('jobs/a/1', Buffer.from('first'));
    const copied = await store.copy('jobs/a/1', 'jobs/b/1');
    expect(copied).toEqual({ sizeBytes: 5, sha256: createHash('sha256').update('first').digest('hex') });
    await store.write('jobs/a/1', Buffer.from('changed'));
    expect(String(await store.read('jobs/b/1'))).toBe('first');
    await store.copy('jobs/a/1', 'jobs/b/1');
    await store.removePrefix('jobs/a');
    expect(String(await store.read('jobs/b/1'))).toBe('changed');
    await expect(store.copy('jobs/a/1', 'jobs/c/1')).rejects.toBeInstanceOf(FileMissingError);
    expect(await readdir(join(directory, '.incoming'))).toEqual([]);
    expect(await Array.fromAsync(store.list('jobs'))).toEqual(['b']);
  });

  it('puts a prefix into the trash, and frees it once it has been there long enough', async () => {
    await store.write('jobs/a/images/1', Buffer.from('photo'));
    await store.trash('jobs/a');
    await store.trash('jobs/a');
    expect(await store.stat('jobs/a/images/1')).toBeUndefined();
    await store.emptyTrash(60_000);
    const [name = ''] = await readdir(join(directory, '.trash'));
    expect(await readFile(join(directory, '.trash', name, 'images/1'), 'utf8')).toBe('photo');
    await store.emptyTrash(0);
    expect(await readdir(join(directory, '.trash'))).toEqual([]);
  });

  it('writes nothing beside files that are gone, and removes a prefix while others write there', async () => {
    await store.write('jobs/a/1', Buffer.from('1'));
    const writes = Array.from({ length: 100 }, (_, index) =>
      store.write(`jobs/a/beside-${index}`, Buffer.from('x'), { onlyBeside: true }),
    );
    await store.removePrefix('jobs/a');
    await Promise.all(writes);
    expect(await Array.fromAsync(store.list('jobs'))).toEqual([]);
    expect(await readdir(join(directory, '.incoming'))).toEqual([]);
  });

  it('lists the parts below a prefix', async () => {
    for (const key of ['jobs/a/images/1', 'jobs/a/images/2', 'jobs/b/1']) await store.write(key, Buffer.from('x'));
    expect((await Array.fromAsync(store.list('jobs'))).toSorted()).toEqual(['a', 'b']);
    expect(await Array.fromAsync(store.list('nothing'))).toEqual([]);
  });

  it('is unwell when there is less room than it has to keep free', async () => {
    await expect(store.check()).resolves.toBeUndefined();
    await expect(store.requireRoom()).resolves.toBeUndefined();
    const small = createDiskStore({ directory, minFreeBytes: Number.MAX_SAFE_INTEGER });
    await expect(small.check()).rejects.toBeInstanceOf(StorageFullError);
    await expect(small.requireRoom()).rejects.toBeInstanceOf(StorageFullError);
  });
});

async function* failing(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('begun');
  throw new Error('cut off');
}
