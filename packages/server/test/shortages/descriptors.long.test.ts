import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { problem } from '../api/support.ts';
import { picture, uploadForm } from '../support/server.ts';
import { key, startServerProcess } from '../support/server-process.ts';
import type { ServerProcess } from '../support/server-process.ts';

/** Uses up every descriptor at the first SIGUSR2 and gives them back at the second. */
const preload = `
  import { closeSync, openSync, writeSync } from 'node:fs';
  let held = [];
  process.on('SIGUSR2', () => {
    if (held.length > 0) {
      for (const each of held.splice(0)) closeSync(each);
    } else {
      try { for (;;) held.push(openSync('/dev/null')); } catch {}
    }
    writeSync(2, 'turned\\n');
  });
`;

/** Starts one that may have few open files, and waits until it has opened and closed all that a start does. */
async function startSmall(): Promise<ServerProcess> {
  const server = await startServerProcess({ descriptors: 256, preload, env: { WORKER_CONCURRENCY: '1' } });
  const reserve = join(server.dataDir, 'reserve');
  const isComplete = async () => (await readdir(reserve).catch(() => [])).toString() === '0,1,2';
  await vi.waitUntil(isComplete, { timeout: 10_000 });
  return server;
}

async function turn(server: ServerProcess): Promise<void> {
  const turns = () => server.log.filter((line) => line === 'turned').length;
  const before = turns();
  server.child.kill('SIGUSR2');
  await vi.waitUntil(() => turns() > before);
}

// Promised: A lack of open files, threads or a free database is waited out, and the attempt does not count.
// Promised: No photo is called damaged because the server was short of something.
it('blames no photo for a descriptor that is not to be had, and goes on when there are some', async () => {
  const server = await startSmall();
  // Over a connection that was there before: a new one cannot be accepted.
  const sendPhoto = async () =>
    await server.ask('/api/v1/upload', {
      method: 'POST',
      headers: { authorization: `Bearer ${key}` },
      body: uploadForm([['chair.png', await picture()]]),
    });
  // What is loaded with the first upload cannot be loaded either, and can be later.
  await (await server.ask('/api/v1/jobs')).text();
  await turn(server);
  await problem(await sendPhoto(), 503, 'OUT_OF_RESOURCES');
  await turn(server);
  const first = await server.upload(1);
  expect((await server.ended(first.task_id)).status).toBe('completed');

  const waiting = await server.upload(3);
  await turn(server);
  const refused = await problem(await sendPhoto(), 503, 'OUT_OF_RESOURCES');
  expect(refused.message_id).toBe('error.short_of_descriptors');
  await vi.waitUntil(
    async () => JSON.stringify(await server.task(waiting.task_id)).includes('file.short_of_descriptors'),
    {
      timeout: 60_000,
      interval: 200,
    },
  );
  await turn(server);
  expect((await sendPhoto()).status).toBe(200);
  const task = await server.ended(waiting.task_id);
  expect(task).toMatchObject({ status: 'completed' });
  // Named from the second attempt on.
  expect(task.files.map(({ attempts }) => attempts)).toEqual([undefined, undefined, undefined]);
}, 120_000);

// Promised: No shortage ends the process.
it('survives connections that it cannot accept', async () => {
  const server = await startSmall();
  await turn(server);
  // None of them is answered; the last ones may find no descriptor left to be turned away with.
  const tried = await Promise.allSettled(
    Array.from({ length: 20 }, () => fetch(`${server.address}/api/v1/health`, { signal: AbortSignal.timeout(500) })),
  );
  expect(tried.every(({ status }) => status === 'rejected')).toBe(true);
  await turn(server);
  expect((await fetch(`${server.address}/api/v1/health/liveness`)).status).toBe(200);
  server.child.kill('SIGTERM');
  expect(await once(server.child, 'exit')).toEqual([0, null]);
}, 120_000);
