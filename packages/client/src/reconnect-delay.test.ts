import type { IncomingMessage, ServerResponse } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { problem } from '../test/support/feed-server.ts';
import { setUp } from '../test/support/set-up.ts';
import { TaskLog } from '../test/support/task-log.ts';
import { reconnectDelay } from './reconnect-delay.ts';

const headers = { 'Content-Type': 'text/event-stream' };

test('after 429 and 5xx the stream reconnects, no sooner than Retry-After', async () => {
  const responses = [
    { status: 429, code: 'RATE_LIMITED', 'Retry-After': '1' },
    { status: 503, code: 'SHUTTING_DOWN', 'Retry-After': '0' },
    { status: 502, code: 'BAD_GATEWAY' },
  ];
  const { task, recorded, follow } = await setUp({
    intercept: (_, response) => {
      const next = responses.shift();
      if (!next) return false;
      const { status, code, ...rest } = next;
      problem(response, status, code, rest);
    },
  });
  follow();
  task.complete();
  await recorded.when('complete');
  expect(recorded.reconnects.map(({ attempt, reason }) => [attempt, reason.status])).toEqual([
    [1, 429],
    [2, 503],
    [3, 502],
  ]);
  expect(recorded.reconnects[0]?.delayMs).toBeGreaterThanOrEqual(1000);
  expect(recorded.reconnects[1]?.delayMs).toBeLessThanOrEqual(2);
});

test('the server decides when clients reconnect after it has closed their stream', async () => {
  let first = true;
  const { task, recorded, follow } = await setUp({
    intercept: (_, response) => {
      if (!first) return false;
      first = false;
      response.writeHead(200, headers).end('retry: 37\n\n');
    },
  });
  task.complete();
  follow({ backoff: {} });
  await recorded.when('complete');
  expect(recorded.reconnects[0]?.delayMs).toBe(37);
});

test('attempts add up until a connection has been stable, then start over', async () => {
  const { server, recorded, follow } = await setUp();
  follow({ stableMs: 100 });
  for (const times of [1, 2]) {
    await recorded.when('open', times);
    for (const socket of server.sockets) socket.destroy();
  }
  await recorded.when('open', 3);
  await new Promise((resolve) => setTimeout(resolve, 120));
  for (const socket of server.sockets) socket.destroy();
  await recorded.when('open', 4);
  expect(recorded.reconnects.map(({ attempt }) => attempt)).toEqual([1, 2, 1]);
});

/** A gateway that cuts each connection some time after it opened, or closes it in order. */
function gateway(afterMs: number, inOrder: boolean) {
  return (_: IncomingMessage, response: ServerResponse) => {
    const timer = setTimeout(() => (inOrder ? response.end() : response.destroy()), afterMs);
    response.on('close', () => clearTimeout(timer));
    return false;
  };
}

test.for([false, true])(
  'waits do not grow behind a gateway that cuts each connection (in order: %s)',
  async (inOrder) => {
    const { task, recorded, follow } = await setUp({ intercept: gateway(40, inOrder) });
    const timer = setInterval(() => task.progress(recorded.reconnects.length), 10);
    onTestFinished(() => clearInterval(timer));
    follow({ maxRetries: 2, backoff: { baseMs: 1, capMs: 10_000 } });
    await recorded.when('reconnecting', 12);
    expect(new Set(recorded.reconnects.map(({ attempt }) => attempt))).toEqual(new Set([1]));
    task.complete();
    await recorded.when('complete');
  },
);

test('nor do they behind one that cuts each connection of a task that has nothing to tell', async () => {
  const { task, recorded, follow } = await setUp({ intercept: gateway(60, false) });
  follow({ maxRetries: 2, stableMs: 20 });
  await recorded.when('reconnecting', 6);
  expect(new Set(recorded.reconnects.map(({ attempt }) => attempt))).toEqual(new Set([1]));
  task.complete();
  await recorded.when('complete');
});

test('a server that tells nothing new and closes at once meets growing waits, none below its retry', async () => {
  const task = new TaskLog(1);
  for (const percent of [10, 20, 30]) task.progress(percent);
  let answers = 0;
  const { recorded, follow } = await setUp(
    {
      // The same three events, whatever the client has seen.
      intercept: (_, response) =>
        ++answers <= 8 && response.writeHead(200, headers).end(`retry: 7\n\n${task.replay(0)?.join('')}`),
    },
    task,
  );
  follow({ backoff: { random: () => 1 } });
  await recorded.when('reconnecting', 7);
  task.complete();
  await recorded.when('complete');
  const delays = recorded.reconnects.map(({ delayMs }) => delayMs);
  expect(delays.slice(0, 7)).toEqual([7, 14, 28, 56, 112, 224, 448]);
  expect(recorded.only('progress')).toEqual(['progress 10', 'progress 20', 'progress 30']);
});

test('with jitter the server’s retry is the least that a client waits after an orderly close', () => {
  const delays = Array.from({ length: 100 }, (_, index) => reconnectDelay(1 + (index % 9), true, 800));
  expect(Math.min(...delays)).toBe(800);
  expect(Math.max(...delays)).toBeLessThanOrEqual(30_000);
  expect(reconnectDelay(1, true, 3_600_000)).toBe(30_000);
});

test('a stalled connection is not a stable one, however long it lasted', async () => {
  const { recorded, follow } = await setUp({
    intercept: (_, response) => response.writeHead(200, headers).write(':\n\n'),
  });
  follow({ stallMs: 30, stableMs: 5, lookMs: 0, maxRetries: 2 });
  await recorded.when('error');
  expect(recorded.reconnects.map(({ attempt, reason }) => [attempt, reason.code])).toEqual([
    [1, 'STALLED'],
    [2, 'STALLED'],
  ]);
});

test('when the maximum number of attempts is reached the error says so', async () => {
  const { recorded, follow } = await setUp({
    intercept: (_, response) => response.destroy(),
  });
  follow({ maxRetries: 3 });
  await recorded.when('error');
  expect(String(recorded.errors[0])).toBe('Connection failed after 3 attempts');
  expect(recorded.reconnects).toHaveLength(3);
});
