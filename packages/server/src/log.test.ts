import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryDirectory } from '../test/support/temporary-directory.ts';

/** Arguments for a process that runs this with a `log`. */
function inline(script: string): string[] {
  const file = JSON.stringify(join(import.meta.dirname, 'log.ts'));
  const source = `const { createLog } = await import(${file}); const log = createLog({ level: 'info' }); ${script}`;
  return ['--input-type=module', '--eval', source];
}

/** What a process says on standard error, which runs this with a `log`; stopped once it has said `until`. */
async function said(script: string, until?: string): Promise<string> {
  const child = spawn(process.execPath, inline(script));
  const ended = once(child, 'exit');
  let text = '';
  for await (const chunk of child.stderr) {
    text += String(chunk);
    if (until !== undefined && text.includes(until)) child.kill('SIGKILL');
  }
  await ended;
  return text;
}

test('what was logged before a process exits is written, in order', async () => {
  const text = await said(`for (let n = 0; n < 1000; n += 1) log.info({ n }, 'x'.repeat(200)); process.exit(1)`);
  const lines = text.trim().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { n: number }).n)).toEqual(Array.from({ length: 1000 }, (_, n) => n));
});

test('what was logged before an error that nobody catches is written', async () => {
  expect(await said(`log.info('the last step'); throw new Error('broken')`)).toContain('the last step');
});

test('a line is written soon, though none follows', async () => {
  expect(await said(`log.info('alone'); setInterval(() => undefined, 1000)`, 'alone')).toContain('alone');
});

test.runIf(process.platform === 'linux')('a process ends although nobody reads its log any more', async () => {
  const pipe = join(await temporaryDirectory(), 'pipe');
  spawnSync('mkfifo', [pipe]);
  // Open for both, so that it has a reader, which never reads.
  const descriptor = openSync(pipe, constants.O_RDWR);
  onTestFinished(() => closeSync(descriptor));
  const child = spawn(
    process.execPath,
    inline(`for (let n = 0; n < 2000; n += 1) log.info({ n }, 'x'.repeat(200));
      const waits = setInterval(() => undefined, 1000); process.once('SIGTERM', () => clearInterval(waits));
      setTimeout(() => process.stdout.write('the pipe is full'), 100)`),
    { stdio: ['ignore', 'pipe', descriptor] },
  );
  const ended = once(child, 'exit') as Promise<[number | null]>;
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout ?? child, 'data');
  child.kill('SIGTERM');
  expect((await ended)[0]).toBe(0);
});
