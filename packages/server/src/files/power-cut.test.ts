import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { createCuttableDisk } from '../../../../scripts/test/cuttable-disk.ts';
import { createDiskStore } from './disk.ts';

const disk = await createCuttableDisk();

afterAll(async () => {
  await disk?.remove();
});

/** What a file of the store holds after a power cut. */
async function readAfterCut(cut: string, key: string): Promise<string> {
  return await readFile(join(cut, 'data/files', key), 'utf8');
}

// Promised: Photos and models are on the disk, with the folders that lead to them, before anybody hears of them.
it.runIf(disk)('keeps each file that was written, put or copied through a power cut, with its folders', async () => {
  if (disk === undefined) return;
  const store = createDiskStore({ directory: join(disk.directory, 'data/files'), minFreeBytes: 0 });
  await store.write('jobs/a/images/1', Buffer.from('written'));
  await expect(readAfterCut(await disk.cut(), 'jobs/a/images/1')).resolves.toBe('written');

  await store.put('jobs/b/images/1', await store.spool.receive(Buffer.from('put')));
  await store.copy('jobs/a/images/1', 'jobs/c/models/1');
  const after = await disk.cut();
  expect(await readAfterCut(after, 'jobs/b/images/1')).toBe('put');
  expect(await readAfterCut(after, 'jobs/c/models/1')).toBe('written');
});

// Promised: Photos and models are on the disk, with the folders that lead to them, before anybody hears of them.
it.runIf(disk)('keeps files that are written together, and one in a folder that was removed before', async () => {
  if (disk === undefined) return;
  const store = createDiskStore({ directory: join(disk.directory, 'data/files'), minFreeBytes: 0 });
  const keys = Array.from({ length: 50 }, (_, index) => `jobs/d${index % 10}/images/${index}`);
  const cuts = await Promise.all(
    keys.map(async (key, index) => {
      await store.write(key, Buffer.from(key));
      return index % 20 === 7 ? { key, cut: await disk.cut() } : undefined;
    }),
  );
  for (const seen of cuts.filter((each) => each !== undefined)) {
    expect(await readAfterCut(seen.cut, seen.key)).toBe(seen.key);
  }
  await store.removePrefix('jobs/d1');
  await store.write('jobs/d1/images/again', Buffer.from('again'));
  expect(await readAfterCut(await disk.cut(), 'jobs/d1/images/again')).toBe('again');
});
