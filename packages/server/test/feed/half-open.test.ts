import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import { eventually, startFeed } from './support.ts';
import type { FeedServer } from './support.ts';

let server: FeedServer;
let client: ChildProcess;
afterEach(() => {
  client.kill('SIGKILL');
});

/** Opens streams in a process of its own and says so; that process is then frozen, and its sockets with it. */
const script = `
  const { connect } = require('node:net');
  const [port, path, count, version] = process.argv.slice(1);
  let open = 0;
  for (let index = 0; index < Number(count); index += 1) {
    const socket = connect(Number(port), '127.0.0.1');
    socket.write('GET ' + path + ' HTTP/' + version + '\\r\\nHost: x\\r\\n\\r\\n');
    socket.once('data', () => { open += 1; if (open === Number(count)) process.stdout.write('open'); });
    socket.on('error', () => undefined);
  }
`;

/** Streams whose client neither reads nor hangs up: no FIN and no reset will ever come. */
async function openAndFreeze(path: string, count: number, version: string): Promise<void> {
  client = spawn(process.execPath, ['-e', script, String(server.port), path, String(count), version], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (client.stdout !== null) await once(client.stdout, 'data');
  client.kill('SIGSTOP');
  expect(server.hub.stats().open).toBe(count);
}

async function expectNothingLeft(): Promise<void> {
  await eventually(() => server.hub.stats().open === 0, 20_000);
  expect(server.hub.stats()).toMatchObject({ open: 0, tasks: 0, waiting: 0 });
  expect(server.hub.stats().owners.size).toBe(0);
  let sockets = await server.connections();
  await eventually(() => {
    void server.connections().then((count) => (sockets = count));
    return sockets === 0;
  });
}

// By HTTP/1.1 to the front, by HTTP/1.0 to node:http.
test.each(['1.1', '1.0'])('frozen clients that are sent more than they take are cut, HTTP/%s', async (version) => {
  server = await startFeed({ heartbeatMs: 60, stallMs: 300 });
  const task = await server.submit();
  await task.claim();
  await openAndFreeze(task.path, 8, version);
  for (let change = 1; server.hub.stats().cut < 8; change += 1) {
    const isLive = await task.report(50, `Change ${change} ${'…'.repeat(5000)}`);
    expect(isLive).toBe(true);
    if (change % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await expectNothingLeft();
});

test.each(['1.1', '1.0'])('frozen clients of a quiet task are let go of at their age, HTTP/%s', async (version) => {
  server = await startFeed({ heartbeatMs: 60, stallMs: 300, maxAgeMs: 3000 });
  const task = await server.submit();
  await openAndFreeze(task.path, 200, version);
  await expectNothingLeft();
});
