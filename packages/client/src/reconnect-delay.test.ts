import { expect, test } from 'vitest';
import { problem } from '../test/support/feed-server.ts';
import { setUp } from '../test/support/set-up.ts';

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

test('when the maximum number of attempts is reached the error says so', async () => {
  const { recorded, follow } = await setUp({
    intercept: (_, response) => response.destroy(),
  });
  follow({ maxRetries: 3 });
  await recorded.when('error');
  expect(String(recorded.errors[0])).toBe('Connection failed after 3 attempts');
  expect(recorded.reconnects).toHaveLength(3);
});
