import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { temporaryDirectory } from '../../test/support/temporary-directory.ts';
import { StorageFullError } from './errors.ts';
import { Reserve } from './reserve.ts';

const partBytes = 64 * 1024;
let directory: string;
let reserve: Reserve;

beforeEach(async () => {
  directory = join(await temporaryDirectory(), 'reserve');
  reserve = new Reserve({ directory, log: pino({ level: 'silent' }), partBytes });
  onTestFinished(() => reserve.close());
  await reserve.fill();
});

/** Work that finds no room so many times. */
function fullFor(times: number): () => Promise<string> {
  let left = times;
  return async () => {
    left -= 1;
    if (left >= 0) throw new StorageFullError('There is no room left');
    return 'done';
  };
}

it('occupies what it is there for', async () => {
  for (const part of ['0', '1', '2']) {
    const { size, blocks } = await stat(join(directory, part));
    expect(size).toBe(partBytes);
    expect(blocks * 512).toBeGreaterThanOrEqual(partBytes);
  }
});

it('is given up part by part for work that finds no room, and made again', async () => {
  expect(await reserve.spend(fullFor(2))).toBe('done');
  expect(await readdir(directory)).toEqual(['2']);
  await expect(reserve.spend(fullFor(2))).rejects.toBeInstanceOf(StorageFullError);
  expect(await readdir(directory)).toEqual([]);
  await reserve.fill();
  expect((await readdir(directory)).toSorted()).toEqual(['0', '1', '2']);
});

it('is kept where something else is wrong', async () => {
  const broken = reserve.spend(async () => {
    throw new Error('no such job');
  });
  await expect(broken).rejects.toThrow('no such job');
  expect(await readdir(directory)).toHaveLength(3);
});

it('is no trouble where it is gone', async () => {
  await rm(directory, { recursive: true });
  expect(await reserve.spend(fullFor(0))).toBe('done');
  await expect(reserve.spend(fullFor(1))).rejects.toBeInstanceOf(StorageFullError);
});
