import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withLock } from './lock.mjs';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'image2model-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('four processes at once do their work one after the other', async () => {
  const log = join(folder, 'log');
  const program = `
    import { appendFileSync } from 'node:fs';
    import { setTimeout } from 'node:timers/promises';
    import { withLock } from ${JSON.stringify(new URL('lock.mjs', import.meta.url).href)};
    await withLock(process.argv[1], async () => {
      appendFileSync(process.argv[2], 'in ');
      await setTimeout(30);
      appendFileSync(process.argv[2], 'out ');
    });`;
  const runs = Array.from({ length: 4 }, () =>
    spawn(process.execPath, ['--input-type=module', '-e', program, join(folder, 'lock'), log], { stdio: 'ignore' }),
  );
  const codes = await Promise.all(runs.map(async (run) => (await once(run, 'close'))[0] as number));
  expect(codes).toEqual([0, 0, 0, 0]);
  expect(readFileSync(log, 'utf8')).toBe('in out '.repeat(4));
});

test('a lock left by a process that is gone is taken over and then removed', async () => {
  const file = join(folder, 'lock');
  const gone = spawn(process.execPath, ['-e', '']);
  await once(gone, 'close');
  writeFileSync(file, `${gone.pid} ${hostname()}`);
  let worked = false;
  await withLock(file, async () => {
    worked = true;
  });
  expect(worked).toBe(true);
  expect(existsSync(file)).toBe(false);
});

test('a lock is kept while the npm of a process that is gone still works', async () => {
  const file = join(folder, 'lock');
  const gone = spawn(process.execPath, ['-e', '']);
  await once(gone, 'close');
  const npm = spawn(process.execPath, ['-e', 'process.stdin.resume().on("end", () => process.exit())']);
  writeFileSync(file, `${gone.pid} ${hostname()} ${npm.pid}`);
  const ended = once(npm, 'close').then(() => 'npm ended');
  const first = Promise.race([ended, withLock(file, async () => undefined).then(() => 'lock taken')]);
  npm.stdin.end();
  expect(await first).toBe('npm ended');
  await ended;
});

test('work that fails gives the lock back', async () => {
  const file = join(folder, 'lock');
  await expect(
    withLock(file, async () => {
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  expect(existsSync(file)).toBe(false);
});

test('a folder that does not exist or cannot be written is explained', async () => {
  await expect(withLock(join(folder, 'missing/lock'), async () => undefined)).rejects.toThrow('Cannot write');
});
