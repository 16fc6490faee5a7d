import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { TaskEvent } from '@image2model/protocol';
import { createParser } from 'eventsource-parser';
import { expect, test } from 'vitest';
import { eventually, expectWhole, listen, startFeed } from './support.ts';
import type { FeedServer } from './support.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
let server: FeedServer;

const changes = 100_000;

test('a reader that stands still holds nobody up, takes no memory, and is told the newest once it reads', async () => {
  server = await startFeed();
  const task = await server.submit(3);
  await task.claim();
  const standing = await standStill(task.path);
  const healthy = await listen(server, task.path);
  await healthy.until(() => healthy.events.length > 0);

  const before = process.memoryUsage();
  const delays: number[] = [];
  for (let change = 1; change <= changes; change += 1) {
    await task.report(Math.min(99, change / 1010), `Change ${change}`, change % 3);
    if (change % 100 === 0) {
      // The healthy reader has each change before the next hundred is written.
      const written = performance.now();
      await healthy.until(() => healthy.events.some(({ event }) => message(event) === `Change ${change}`));
      delays.push(performance.now() - written);
      healthy.events.splice(0, healthy.events.length - 4);
    }
  }
  expect(server.hub.stats()).toMatchObject({ open: 2, waiting: 1 });
  delays.sort((a, b) => a - b);
  expect(delays[Math.floor(delays.length / 2)]).toBeLessThan(50);
  // 30 MB of events were written meanwhile; what waits in this process is a few entries. What nobody holds does not count:
  // when it is collected is chance.
  await eventually(() => {
    collectGarbage();
    return process.memoryUsage().arrayBuffers - before.arrayBuffers < 4_000_000;
  });

  await task.finish();
  expect(await healthy.closed).toBe(true);
  const events = await readAll(standing);
  await expectWhole(server.engine, task.taskId, events);
  expect(events.length).toBeLessThan(changes / 2);
  expect(events.at(-1)?.type).toBe('task_completed');
  await eventually(() => server.hub.stats().open === 0);
  expect(server.hub.stats()).toMatchObject({ waiting: 0, tasks: 0, cut: 0 });
});

test('a reader that takes nothing for too long is cut, and resumes without a gap', async () => {
  server = await startFeed({ heartbeatMs: 600, stallMs: 300 });
  const task = await server.submit(3);
  await task.claim();
  const standing = await standStill(task.path);
  for (let change = 1; server.hub.stats().waiting === 0; change += 1) {
    await task.report(50, `Change ${change} ${'…'.repeat(5000)}`, change % 3);
    if (change % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await eventually(() => server.hub.stats().cut === 1);
  await eventually(() => server.hub.stats().open === 0);
  expect(server.hub.stats()).toMatchObject({ waiting: 0, tasks: 0 });
  const events = await readAll(standing);
  const last = events.at(-1)?.data.sequence ?? 0;
  const resumed = await listen(server, task.path, { headers: { 'last-event-id': String(last) } });
  await task.finish();
  await resumed.closed;
  await expectWhole(server.engine, task.taskId, [...events, ...resumed.events.map(({ event }) => event)]);
});

function message(event: TaskEvent): string {
  return 'message' in event.data ? event.data.message : '';
}

/** A client whose socket is really not read: nothing takes the bytes out of the kernel. */
async function standStill(path: string): Promise<Socket> {
  const socket = connect({ port: server.port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  socket.pause();
  socket.write(`GET ${path} HTTP/1.0\r\nHost: x\r\n\r\n`);
  await eventually(() => server.hub.stats().open === 1);
  return socket;
}

/** Reads on to the end. What is cut off in the middle of an event is none. */
async function readAll(socket: Socket): Promise<TaskEvent[]> {
  const events: TaskEvent[] = [];
  const parser = createParser({
    onEvent: ({ event, data }) => events.push({ type: event, data: JSON.parse(data) } as TaskEvent),
  });
  let head = '';
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    if (head.includes('\r\n\r\n')) return parser.feed(chunk);
    head += chunk;
    const end = head.indexOf('\r\n\r\n');
    if (end !== -1) parser.feed(head.slice(end + 4));
  });
  const closed = once(socket, 'close');
  socket.on('error', () => undefined);
  socket.resume();
  await closed;
  return events;
}
