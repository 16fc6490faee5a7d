import { request } from 'node:http';
import { connect } from 'node:net';
import { eventListSchema } from '@image2model/protocol';
import { createParser } from 'eventsource-parser';
import type { EventSourceMessage } from 'eventsource-parser';
import { beforeEach, describe, expect, test } from 'vitest';
import { uuid } from '../support/jobs.ts';
import { combinedPathOf, pathOf, pollerOf } from './poller.ts';
import type { Poller } from './poller.ts';
import { eventually, listen, startFeed } from './support.ts';
import type { FeedServer } from './support.ts';

let server: FeedServer;
let poller: Poller;
beforeEach(async () => {
  await startWith();
});

async function startWith(...options: Parameters<typeof startFeed>): Promise<void> {
  server = await startFeed(...options);
  poller = pollerOf(server);
}

const codeOf = async (response: Response): Promise<unknown> => ((await response.json()) as { code: string }).code;

describe('the answer', () => {
  test('is JSON, or a whole event stream for whoever accepts one', async () => {
    const task = await server.submit();
    await task.finish();
    const [list, stream] = [
      await poller.ask(pathOf(task), { accept: 'application/json, text/event-stream;q=0' }),
      await poller.ask(pathOf(task), { accept: 'text/event-stream, */*;q=0.1' }),
    ];
    expect(Object.fromEntries(list.headers)).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store, no-transform',
    });
    expect(Object.fromEntries(stream.headers)).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
      'content-length': expect.stringMatching(/^\d+$/),
    });
    const { events } = eventListSchema.parse(await list.json());
    const frames: EventSourceMessage[] = [];
    const text = await stream.text();
    createParser({ onEvent: (frame) => frames.push(frame) }).feed(text);
    expect(text).toMatch(/^: \n\nretry: \d+\n\nevent: /);
    expect(frames.map(({ id, event, data }) => ({ id, event, data: JSON.parse(data) as unknown }))).toEqual(events);
    expect(events.at(-1)?.event).toBe('task_completed');
    expect(text).toMatch(/\n\nretry: 3600000\n\n$/);
  });

  test('to HEAD has the headers, and waits for nothing', async () => {
    const task = await server.submit();
    const last = await task.newest();
    const response = await fetch(`http://127.0.0.1:${server.port}${pathOf(task)}?after=${last}`, { method: 'HEAD' });
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store, no-transform',
    });
    expect(server.hub.stats().opened).toBe(0);
  });

  test('leaves its connection for the next question', async () => {
    const task = await server.submit();
    const socket = connect(server.port, '127.0.0.1');
    let got = '';
    socket.on('data', (chunk) => (got += String(chunk)));
    const get = `GET ${pathOf(task)} HTTP/1.1\r\nHost: x\r\n\r\n`;
    socket.write(get);
    await eventually(() => got.includes('last_event_id'));
    socket.write(get.replace('events', 'events?after=2'));
    await poller.waiting();
    await task.finish();
    await eventually(() => got.split('last_event_id').length === 3);
    expect(got.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2);
    expect(server.handedOver()).toBe(1);
    socket.destroy();
  });
});

describe('a poll ends', () => {
  test('with its client', async () => {
    const task = await server.submit();
    const last = await task.newest();
    const asked = request({ host: '127.0.0.1', port: server.port, path: `${pathOf(task)}?after=${last}` });
    asked.on('error', () => undefined).end();
    await poller.waiting();
    asked.destroy();
    await poller.waiting(0);
    expect(server.hub.stats().tasks).toBe(0);
  });

  test('when the server shuts down, with nothing new and a time to come back', async () => {
    const task = await server.submit();
    const last = String(await task.newest());
    const asked = [
      poller.ask(`${pathOf(task)}?after=${last}`),
      poller.ask(`${pathOf(task)}?after=${last}`, { accept: 'text/event-stream' }),
    ];
    await poller.waiting(2);
    await server.hub.close();
    const [list, stream] = await Promise.all(asked);
    expect(await list?.json()).toEqual({ events: [], last_event_id: last });
    expect(await stream?.text()).toMatch(/^: \n\nretry: \d+\n\n$/);
    const late = await poller.ask(`${pathOf(task)}?after=${last}`);
    expect([late.status, await codeOf(late)]).toEqual([503, 'SHUTTING_DOWN']);
  });

  test('with the login that asked', async () => {
    const task = await server.submit();
    const last = await task.newest();
    const path = `${pathOf(task)}?after=${last}`;
    const asked = [poller.ask(path, { 'x-login': 'first' }), poller.ask(path, { 'x-login': 'second' })];
    await poller.waiting(2);
    server.hub.endLogin('first');
    expect((await asked[0])?.status).toBe(401);
    await task.finish();
    expect((await asked[1])?.status).toBe(200);
  });
});

describe('what is refused', () => {
  test('more than the streams of a key, until one is answered', async () => {
    await startWith({ maxStreamsPerKey: 2 });
    const task = await server.submit();
    const last = await task.newest();
    const stream = await listen(server, task.path);
    const asked = poller.ask(`${pathOf(task)}?after=${last}`);
    await poller.waiting(2);
    const refused = await poller.ask(pathOf(task));
    expect([refused.status, await codeOf(refused)]).toEqual([503, 'TOO_MANY_STREAMS']);
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
    await task.claim();
    expect((await asked).status).toBe(200);
    expect((await poller.ask(pathOf(task))).status).toBe(200);
    stream.abort();
  });

  test('none, too many, malformed, unknown or foreign tasks', async () => {
    const mine = await server.submit();
    const foreign = await server.submit(1, { owner: 'another' });
    const cases: [number, string, string][] = [
      [404, 'TASK_NOT_FOUND', `/api/v1/status/tasks/${uuid()}/events`],
      [404, 'TASK_NOT_FOUND', pathOf(foreign)],
      [400, 'INVALID_ID', '/api/v1/status/tasks/not-an-id/events'],
      [400, 'INVALID_REQUEST', '/api/v1/status/events'],
      [400, 'INVALID_REQUEST', combinedPathOf(Array.from({ length: 101 }, () => ({ taskId: uuid() })))],
      [400, 'INVALID_ID', `${combinedPathOf([mine])}&task_id=x`],
      [404, 'TASK_NOT_FOUND', combinedPathOf([mine, foreign])],
    ];
    for (const [status, code, path] of cases) {
      const response = await poller.ask(path);
      expect([response.status, await codeOf(response)], path).toEqual([status, code]);
    }
    expect(server.hub.stats().open).toBe(0);
  });

  test('a poll that is sent behind another on its connection', async () => {
    const task = await server.submit();
    const last = await task.newest();
    const socket = connect(server.port, '127.0.0.1');
    socket.write(`GET ${pathOf(task)}?after=${last} HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(3));
    await eventually(() => server.requests.length === 3);
    await poller.waiting();
    expect(server.hub.stats().opened).toBe(1);
    socket.destroy();
    await poller.waiting(0);
  });
});
