import { chown, mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { expect, it } from 'vitest';
import { startServerProcess } from '../../test/support/server-process.ts';
import { temporaryDirectory } from '../../test/support/temporary-directory.ts';
import { LockFileError, takeLockFile } from './lock-file.ts';

const nobody = 65_534;
const isRoot = process.getuid?.() === 0;

it('is held by one at a time', async () => {
  const file = join(await temporaryDirectory(), 'a.lock');
  const release = takeLockFile(file, 0);
  expect(takeLockFile(file, 0)).toBeUndefined();
  release?.();
  takeLockFile(file, 0)?.();
});

it('is refused where something else is there', async () => {
  const directory = await temporaryDirectory();
  const [folder, text] = [join(directory, 'folder'), join(directory, 'text')];
  await mkdir(folder);
  await writeFile(text, 'something else'.repeat(100));
  for (const file of [folder, text]) {
    expect(() => takeLockFile(file, 0)).toThrow(LockFileError);
    expect(() => takeLockFile(file, 0)).toThrow(`${file} cannot be used: remove it`);
  }
});

it.runIf(isRoot)('that root makes can be taken by whom the folder belongs to', async () => {
  const directory = await temporaryDirectory();
  await chown(directory, nobody, nobody);
  takeLockFile(join(directory, 'a.lock'), 0)?.();
  expect(await stat(join(directory, 'a.lock'))).toMatchObject({ uid: nobody, gid: nobody });
});

it.runIf(isRoot)('that a server may only read is not taken for one that it holds', async () => {
  const dataDir = await temporaryDirectory();
  await writeFile(join(dataDir, 'image2model.db.lock'), '', { mode: 0o644 });
  const started = startServerProcess({ dataDir, uid: nobody });
  await expect(started).rejects.toThrow(/It ended with 1: .*image2model\.db\.lock cannot be used: remove it, or let/);
});
