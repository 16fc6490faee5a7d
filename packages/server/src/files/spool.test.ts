import { createHash } from 'node:crypto';
import { readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { temporaryDirectory } from '../../test/support/temporary-directory.ts';
import { FileTooLargeError } from './errors.ts';
import { createSpool } from './spool.ts';
import type { Spool } from './spool.ts';

let directory: string;
let spool: Spool;

beforeEach(async () => {
  directory = await temporaryDirectory();
  spool = createSpool(directory);
});

afterEach(() => void vi.useRealTimers());

describe('the spool', () => {
  it('receives a file, and says what it is', async () => {
    const data = Buffer.from('0123456789');
    const file = await spool.receive(data);
    expect(file).toMatchObject({ sizeBytes: 10, sha256: createHash('sha256').update(data).digest('hex') });
    expect(await readFile(file.path)).toEqual(data);
    await spool.discard(file);
    await spool.discard(file);
    expect(await readdir(directory)).toEqual([]);
  });

  it('keeps nothing of what is too long, fails or is aborted', async () => {
    await expect(spool.receive(Buffer.alloc(11), { maxBytes: 10 })).rejects.toBeInstanceOf(FileTooLargeError);
    await expect(spool.receive(failing())).rejects.toThrow('cut off');
    await expect(spool.receive(Buffer.alloc(1), { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
    expect(await readdir(directory)).toEqual([]);
  });

  it('leaves alone what another process receives in it, however often it is opened', async () => {
    await writeFile(join(directory, 'theirs'), 'half a file');
    createSpool(directory);
    expect(await readdir(directory)).toEqual(['theirs']);
  });

  it('sweeps what nobody wrote to for so long, whatever the wall clock makes of it', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    await writeFile(join(directory, 'old'), 'half a file');
    await writeFile(join(directory, 'new'), 'half a file');
    const now = Date.now() / 1000;
    await utimes(join(directory, 'old'), now - 3600, now - 3600);
    await utimes(join(directory, 'new'), now + 3600, now + 3600);
    await spool.sweep(60_000);
    expect((await readdir(directory)).toSorted()).toEqual(['new', 'old']);
    vi.advanceTimersByTime(59_999);
    await writeFile(join(directory, 'new'), 'half a file, and more');
    await spool.sweep(60_000);
    expect((await readdir(directory)).toSorted()).toEqual(['new', 'old']);
    vi.advanceTimersByTime(1);
    await spool.sweep(60_000);
    expect(await readdir(directory)).toEqual(['new']);
  });
});

async function* failing(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('begun');
  throw new Error('cut off');
}
