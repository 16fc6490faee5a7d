import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { key, startServerProcess } from '../support/server-process.ts';
import type { ServerProcess } from '../support/server-process.ts';
import { get } from '../support/sockets.ts';

/** Connects so many times, and sends this over each. Gone after the test. */
async function connectMany(port: number, count: number, bytes = '', host = '127.0.0.1'): Promise<Socket[]> {
  const sockets: Socket[] = [];
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
  });
  for (let made = 0; made < count; made += 1) {
    const socket = connect(port, host);
    sockets.push(socket);
    // One that is closed by the other side at once is none of our business either.
    socket.on('error', () => undefined).resume();
    await Promise.race([once(socket, 'connect'), once(socket, 'close')]);
    if (bytes !== '') socket.write(bytes);
  }
  return sockets;
}

/** Lets `localhost` be two addresses, as it is on most machines. */
const twoLocalhosts = `
  import dns from 'node:dns';
  import { syncBuiltinESMExports } from 'node:module';
  const both = ['127.0.0.1', '127.0.0.2'].map((address) => ({ address, family: 4 }));
  const { lookup } = dns;
  const isBoth = (name, options) => name === 'localhost' && options?.all === true;
  const { lookup: lookupPromise } = dns.promises;
  dns.lookup = (name, options, done) => isBoth(name, options) ? done(null, both) : lookup(name, options, done);
  dns.promises.lookup = async (name, options) => isBoth(name, options) ? both : await lookupPromise(name, options);
  syncBuiltinESMExports();
`;

/** It answers, takes an upload, and what it took becomes models. */
async function expectToWork(server: ServerProcess): Promise<void> {
  expect((await fetch(`${server.address}/api/v1/health/readiness`)).status).toBe(200);
  const { task_id: taskId } = await server.upload(1);
  const { status, details } = await server.ended(taskId);
  expect({ status, details }).toMatchObject({ status: 'completed' });
}

describe('a server that may have 1 024 open files', () => {
  // Promised: Connections without a valid request take nothing from anybody with a key.
  it('goes on beside 1 100 connections of somebody without a key that say nothing', async () => {
    const server = await startServerProcess({ descriptors: 1024 });
    const begun = await server.upload(2);
    await connectMany(server.port, 1100);
    await expectToWork(server);
    await connectMany(server.port, 600, 'GET / HTTP/1.1\r\nHost: half');
    await expectToWork(server);
    expect((await server.ended(begun.task_id)).status).toBe('completed');
    expect(server.log.filter((line) => line.includes('"level":50'))).toEqual([]);
  }, 120_000);

  it('opens as many streams as there is room for, says so at its start, and works beside them', async () => {
    const server = await startServerProcess({
      descriptors: 1024,
      env: { MAX_STREAMS_PER_KEY: '5000', MAX_STREAMS: '5000', RATE_LIMIT_PER_MINUTE: '100000' },
    });
    await vi.waitFor(() => {
      expect(server.log.find((line) => line.includes('MAX_STREAMS'))).toMatch(/"max_streams":5000,"open_files":1024/);
    });
    const { task_id: taskId } = await server.upload(4);
    const head = get(`/api/v1/status/tasks/${taskId}/stream`, `Authorization: Bearer ${key}`);
    const streams = await connectMany(server.port, 1100, head);
    await expectToWork(server);
    expect(streams.filter((socket) => !socket.destroyed).length).toBeGreaterThan(500);
    expect((await server.ended(taskId)).status).toBe('completed');
  }, 120_000);

  it('keeps descriptors for its work however many uploads somebody with a key begins and never ends', async () => {
    const server = await startServerProcess({ descriptors: 1024, env: { RATE_LIMIT_PER_MINUTE: '100000' } });
    const begun = await server.upload(2);
    const hanging = [
      'POST /api/v1/upload HTTP/1.1',
      'Host: localhost',
      `Authorization: Bearer ${key}`,
      'Content-Type: multipart/form-data; boundary=x',
      'Content-Length: 1000000',
      '',
      '--x',
      'Content-Disposition: form-data; name="files"; filename="a.png"',
      'Content-Type: image/png',
      '',
      'half of it',
    ].join('\r\n');
    const sockets = await connectMany(server.port, 600, hanging);
    const spool = join(server.dataDir, 'files/.incoming');
    await vi.waitUntil(async () => (await readdir(spool)).length > 300, { timeout: 60_000 });
    for (const socket of sockets) socket.destroy();
    const task = await server.ended(begun.task_id);
    expect(task.status).toBe('completed');
    expect(server.log.filter((line) => line.includes('EMFILE'))).toEqual([]);
  }, 120_000);

  it.runIf(process.platform === 'linux')(
    'watches over both addresses of localhost',
    async () => {
      const server = await startServerProcess({
        descriptors: 1024,
        env: { HOST: 'localhost' },
        preload: twoLocalhosts,
      });
      const begun = await server.upload(2);
      for (const host of ['127.0.0.2', '127.0.0.1']) await connectMany(server.port, 600, '', host);
      await expectToWork(server);
      expect((await fetch(`http://127.0.0.2:${server.port}/api/v1/health/readiness`)).status).toBe(200);
      expect((await server.ended(begun.task_id)).status).toBe('completed');
      expect(server.log.filter((line) => line.includes('"level":50'))).toEqual([]);
      expect(await server.stop('SIGTERM')).toBe(0);
    },
    120_000,
  );
});

it('a server that may have too few open files says how many it needs, and does not start', async () => {
  await expect(startServerProcess({ descriptors: 40 })).rejects.toThrow(
    'It ended with 1: image2model cannot start: the limit of open files (ulimit -n) is 40, and the server needs at least 64',
  );
});
