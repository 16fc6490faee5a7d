import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { canCutPower, canImitateCuts, createPowerDisk } from '../../../../scripts/test/power-disk.ts';

/**
 * Runs `steps` on a `store` that a power cut hits when they end, or call `die`. Gives back the keys that were `said` to be
 * there by then, and reads what is there afterwards.
 */
async function cutAfter(steps: string, imitate: boolean) {
  const disk = await createPowerDisk(undefined, { imitate });
  onTestFinished(() => disk.remove());
  const directory = join(disk.directory, 'files');
  const program = `
    import { writeSync } from 'node:fs';
    import { createDiskStore } from ${JSON.stringify(new URL('disk.ts', import.meta.url))};
    const store = createDiskStore({ directory: ${JSON.stringify(directory)}, minFreeBytes: 0 });
    const said = (key) => writeSync(1, key + '\\n');
    const die = () => process.kill(process.pid, 'SIGKILL');
    ${steps}
    die();`;
  const child = spawn(process.execPath, [...disk.nodeArguments, '--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said = (await text(child.stdout)).split('\n').filter((key) => key !== '');
  await disk.cut();
  return { said, read: async (key: string) => await readFile(join(directory, key), 'utf8') };
}

const kinds = [
  ...((await canCutPower()) ? [['a real disk', false] as const] : []),
  ...(canImitateCuts ? [['an imitated disk', true] as const] : []),
];

// Promised: Photos and models are on the disk, with the folders that lead to them, before anybody hears of them.
describe.each(kinds)('after a power cut, %s', (_, imitate) => {
  it('has each file that was written, put or copied, with its folders', async () => {
    const steps = `
      await store.write('jobs/a/images/1', Buffer.from('written'));
      await store.put('jobs/b/images/1', await store.spool.receive(Buffer.from('put')));
      await store.copy('jobs/a/images/1', 'jobs/c/models/1');
      await store.removePrefix('jobs/b');
      await store.write('jobs/b/images/1', Buffer.from('again'));`;
    const { read } = await cutAfter(steps, imitate);
    expect(await read('jobs/a/images/1')).toBe('written');
    expect(await read('jobs/c/models/1')).toBe('written');
    expect(await read('jobs/b/images/1')).toBe('again');
  });

  it('has nothing of a file whose removal was done', async () => {
    const { read } = await cutAfter(
      `await store.write('jobs/a/models/1', Buffer.from('an attempt that lost'));
      await store.write('jobs/a/models/2', Buffer.from('stays'));
      await store.remove('jobs/a/models/1');`,
      imitate,
    );
    await expect(read('jobs/a/models/1')).rejects.toThrow('ENOENT');
    expect(await read('jobs/a/models/2')).toBe('stays');
  });

  it('has the files that were put', async () => {
    const { read } = await cutAfter(
      `await store.put('jobs/b/images/1', await store.spool.receive(Buffer.from('put')));`,
      imitate,
    );
    expect(await read('jobs/b/images/1')).toBe('put');
  });

  it.each([1, 13, 37])('has the first %d of files that are written together', async (count) => {
    const steps = `
      let done = 0;
      await Promise.all(Array.from({ length: 50 }, async (_, index) => {
        const key = 'jobs/d' + (index % 10) + '/images/' + index;
        await store.write(key, Buffer.from(key));
        said(key);
        done += 1;
        if (done === ${count}) die();
      }));`;
    const { said, read } = await cutAfter(steps, imitate);
    expect(said).toHaveLength(count);
    for (const key of said) expect(await read(key)).toBe(key);
  });
});
