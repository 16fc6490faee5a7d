import type { IncomingMessage, ServerResponse } from 'node:http';
import { expect, onTestFinished, test, vi } from 'vitest';
import { holdBack, problem, startFeedServer } from '../test/support/feed-server.ts';
import { recorder } from '../test/support/recorder.ts';
import { setUp } from '../test/support/set-up.ts';
import { TaskLog } from '../test/support/task-log.ts';
import { combineTasks } from './combine.ts';
import { SSEManager } from './manager.ts';
import { createProgressStore } from './store.ts';
import { watch } from './watch.ts';

const quick = { lookMs: 40 };

/** A proxy that holds the bodies of streams back to their end, and lets answers with an end through. */
function buffering(headAtOnce: boolean) {
  return ({ url = '' }: IncomingMessage, response: ServerResponse) => {
    if (/stream(\?|$)/.test(url)) holdBack(response, headAtOnce);
    return false;
  };
}

const urls = (requests: { url: string }[]) => requests.map(({ url }) => url.replace(/^.*\/(\w+)(\?.*)?$/, '$1'));

test.for([false, true])(
  'a stream that is held back is followed by asking (its head comes at once: %s)',
  async (head) => {
    const { task, server, recorded, follow } = await setUp({ intercept: buffering(head) });
    task.progress(10);
    const stream = follow(quick);
    await recorded.when('progress 10');
    expect(stream.readyState()).toBe(1);
    task.file(0, 'processing', 40);
    await recorded.when('file 40');
    for (const percent of [20, 30, 40, 50]) {
      task.progress(percent);
      await recorded.when(`progress ${percent}`);
    }
    task.complete();
    await recorded.when('update completed');
    expect(recorded.only('progress', 'file', 'complete', 'error')).toEqual([
      'progress 10',
      'file 40',
      ...[20, 30, 40, 50].map((percent) => `progress ${percent}`),
      'complete',
    ]);
    expect(recorded.reconnects.map(({ attempt, reason }) => [attempt, reason.code])).toEqual([[1, 'BUFFERED']]);
    expect(recorded.only('open')).toHaveLength(head ? 2 : 1);
    expect(new Set(urls(server.requests.slice(1)))).toEqual(new Set(['events']));
    await vi.waitFor(() => expect([stream.readyState(), server.sockets.size]).toEqual([2, 0]));
  },
);

test('a stream that begins well and is then held back is followed by asking, from its cursor', async () => {
  const { task, server, recorded, follow } = await setUp({
    intercept: ({ url = '' }, response) => {
      if (url.includes('/stream')) {
        const write = response.write.bind(response);
        response.write = ((chunk: string) => (chunk.includes('"progress":20') ? true : write(chunk))) as typeof write;
      }
      return false;
    },
  });
  task.progress(10);
  follow({ lookMs: 20 });
  await recorded.when('progress 10');
  task.progress(20);
  await recorded.when('progress 20');
  task.complete();
  await recorded.when('complete');
  expect(recorded.only('progress', 'complete')).toEqual(['progress 10', 'progress 20', 'complete']);
  const polls = server.requests.filter(({ url }) => url.includes('/events'));
  expect(polls[0]?.headers['last-event-id']).toBe('1');
  expect(recorded.reconnects[0]?.reason.code).toBe('BUFFERED');
});

test('nothing is looked at while a stream is well, and nothing else follows if the server is just slow', async () => {
  const { task, server, recorded, follow } = await setUp({
    intercept: (request, response) => {
      if (request.url?.includes('/events')) return false;
      const write = response.write.bind(response);
      // Each write takes its time; the last one ends the response.
      response.write = ((chunk: string) => {
        setTimeout(() => write(chunk), 150);
        return true;
      }) as typeof write;
      return false;
    },
  });
  follow({ ...quick, stableMs: 10_000 });
  await recorded.when('open');
  task.progress(10);
  await recorded.when('progress 10');
  expect(recorded.reconnects).toEqual([]);
  expect(urls(server.requests)).toEqual(['stream', 'events']);
  const well = await setUp();
  well.follow();
  await well.recorded.when('open');
  well.task.complete();
  await well.recorded.when('complete');
  expect(urls(well.server.requests)).toEqual(['stream']);
});

test('a server without polls is followed by its stream', async () => {
  const { task, server, recorded, follow } = await setUp({ intercept: buffering(true), noPolls: true });
  task.progress(10);
  follow(quick);
  await vi.waitFor(() => expect(urls(server.requests)).toEqual(['stream', 'events']));
  task.complete();
  await recorded.when('complete');
  expect(recorded.only('progress', 'complete', 'reconnecting')).toEqual(['progress 10', 'complete']);
  expect(urls(server.requests)).toEqual(['stream', 'events']);
});

test('a server that loses its polls meanwhile is followed by its stream again', async () => {
  const options = { intercept: buffering(true), noPolls: false };
  const { task, recorded, follow, server } = await setUp(options);
  task.progress(10);
  follow(quick);
  await recorded.when('progress 10');
  options.noPolls = true;
  task.progress(20);
  await vi.waitFor(() => expect(urls(server.requests).filter((kind) => kind === 'stream')).toHaveLength(2));
  task.complete();
  await recorded.when('complete');
  expect(recorded.only('progress', 'complete')).toEqual(['progress 10', 'progress 20', 'complete']);
});

test('polls that fail are told and tried again, later and later; those that end in order are not told', async () => {
  let polls = 0;
  const { task, server, recorded, follow } = await setUp({
    intercept: (request, response) => {
      if (!request.url?.includes('/events')) return buffering(true)(request, response);
      polls += 1;
      if (polls === 2 || polls === 3) return response.writeHead(502, { 'Content-Type': 'text/html' }).end('<html>');
      return false;
    },
  });
  task.progress(10);
  follow(quick);
  await recorded.when('reconnecting', 3);
  task.progress(20);
  await recorded.when('progress 20');
  task.complete();
  await recorded.when('complete');
  expect(recorded.reconnects.map(({ attempt, reason }) => [attempt, reason.code])).toEqual([
    [1, 'BUFFERED'],
    [1, 'HTTP_502'],
    [2, 'HTTP_502'],
  ]);
  // A proxy may cut what takes long: the look, and the polls after one that failed, wait for less.
  const waits = server.requests.slice(1).map(({ url }) => /wait=(\d+)/.exec(url)?.[1]);
  expect(waits).toEqual(['8', '25', '8', '8', '25']);
  expect(recorded.only('progress', 'complete')).toEqual(['progress 10', 'progress 20', 'complete']);
});

test('polls that are answered at once with nothing meet growing waits', async () => {
  let polls = 0;
  const { task, recorded, follow } = await setUp({
    intercept: (request, response) => {
      if (!request.url?.includes('/events')) return buffering(true)(request, response);
      polls += 1;
      return polls > 1 && polls < 6 && response.writeHead(200, { 'Content-Type': 'text/event-stream' }).end();
    },
  });
  task.progress(10);
  follow({ ...quick, backoff: { baseMs: 2, random: () => 1 } });
  await recorded.when('reconnecting', 5);
  expect(recorded.reconnects.slice(1).map(({ delayMs }) => delayMs)).toEqual([2, 4, 8, 16]);
  task.complete();
  await recorded.when('complete');
});

test('from time to time the stream is tried again, and kept once nothing holds it back', async () => {
  let held = true;
  const { task, server, recorded, follow } = await setUp({
    intercept: (request, response) => (held ? buffering(true)(request, response) : false),
  });
  onTestFinished(() => void vi.restoreAllMocks());
  task.progress(10);
  follow(quick);
  await recorded.when('progress 10');
  let later = 0;
  const now = Date.now.bind(Date);
  vi.spyOn(Date, 'now').mockImplementation(() => now() + later);
  // Each trial follows the end of a poll.
  for (const [minutes, percent] of [
    [1, 20],
    [2, 30],
  ] as const) {
    later += 60_000 * minutes;
    task.progress(percent);
    await recorded.when(`progress ${percent}`);
    await vi.waitFor(() => expect(urls(server.requests).filter((kind) => kind === 'stream')).toHaveLength(1 + minutes));
    task.progress(percent + 1);
    await recorded.when(`progress ${percent + 1}`);
  }
  expect(recorded.reconnects, 'trials that fail are not told').toHaveLength(1);
  held = false;
  later += 240_000;
  task.progress(40);
  await recorded.when('progress 40');
  await vi.waitFor(() => expect(urls(server.requests).at(-1)).toBe('stream'));
  for (const percent of [50, 60]) {
    task.progress(percent);
    await recorded.when(`progress ${percent}`);
  }
  expect(urls(server.requests).at(-1)).toBe('stream');
  task.complete();
  await recorded.when('complete');
  expect(recorded.reconnects).toHaveLength(1);
});

test('an ending seen before is told by polls too', async () => {
  const { task, recorded, follow } = await setUp({
    intercept: ({ url = '' }, response) => {
      if (!url.includes('/stream')) return false;
      // Not even the head of the answer gets through.
      response.socket?.on('close', () => response.destroy());
    },
  });
  task.progress(10);
  task.complete();
  follow({ ...quick, lastEventId: String(task.sequence) });
  await recorded.when('complete');
  expect(recorded.only('progress', 'complete')).toEqual(['complete']);
});

test('all tasks of a combined stream, a manager, a store and watch are followed through a proxy that holds back', async () => {
  const tasks = [new TaskLog(1), new TaskLog(2), new TaskLog(1)];
  const server = await startFeedServer(tasks, { intercept: buffering(true) });
  onTestFinished(() => server.close());
  const options = { baseUrl: server.baseUrl, open: combineTasks(), ...quick };
  const [first, second, third] = tasks as [TaskLog, TaskLog, TaskLog];
  const manager = new SSEManager({ api: { streamOptions: () => options } });
  onTestFinished(() => manager.disconnectAll());
  const recorded = recorder();
  manager.connect(first.taskId, recorded.callbacks);
  const store = createProgressStore(second.taskId, options);
  store.subscribe(() => undefined);
  const types: string[] = [];
  const watched = (async () => {
    for await (const { type } of watch(third.taskId, options)) types.push(type);
  })();
  for (const task of tasks) task.progress(10);
  await recorded.when('progress 10');
  for (const task of tasks) task.progress(20);
  await recorded.when('progress 20');
  await vi.waitFor(() => expect(types).toHaveLength(2));
  for (const task of tasks) task.complete();
  await Promise.all([recorded.when('complete'), watched]);
  await vi.waitFor(() => expect(store.getSnapshot().connection).toBe('closed'));
  expect(recorded.only('progress', 'complete')).toEqual(['progress 10', 'progress 20', 'complete']);
  expect(types).toEqual(['task_progress', 'task_progress', 'task_completed']);
  expect(store.getSnapshot().task).toEqual(second.state);
  expect(urls(server.requests)[0]).toBe('stream');
  expect(server.requests.at(-1)?.url).toMatch(/\/status\/events\?task_id=.*&wait=25$/);
});

test('a key and a refreshed one authenticate polls as they do streams', async () => {
  const keys = new Set(['old']);
  const { task, server, recorded, follow } = await setUp({ intercept: buffering(true), keys });
  task.progress(10);
  follow({ ...quick, apiKey: 'old', refreshAuth: () => 'new' });
  await recorded.when('progress 10');
  keys.clear();
  keys.add('new');
  task.progress(20);
  await recorded.when('progress 20');
  task.complete();
  await recorded.when('complete');
  expect(server.requests.at(-1)?.headers.authorization).toBe('Bearer new');
  expect(recorded.reconnects).toHaveLength(1);
});

test('a stream that is held back with the proof that its ticket needs is followed by polls with another ticket', async () => {
  const used = new Set<string | null>();
  const { task, server, recorded, follow } = await setUp({
    intercept: (request, response) => {
      const ticket = new URL(request.url ?? '', 'http://test').searchParams.get('ticket');
      const isGood = ticket !== null && (!used.has(ticket) || request.headers['last-event-id'] !== undefined);
      used.add(ticket);
      return isGood ? buffering(true)(request, response) : problem(response, 401, 'UNAUTHENTICATED');
    },
  });
  task.progress(10);
  let tickets = 0;
  follow({ ...quick, refreshAuth: () => ({ ticket: `t${++tickets}` }) });
  for (const percent of [10, 20, 30]) {
    if (percent > 10) task.progress(percent);
    await recorded.when(`progress ${percent}`);
  }
  task.complete();
  await recorded.when('complete');
  expect(recorded.only('progress', 'complete', 'error')).toEqual([
    'progress 10',
    'progress 20',
    'progress 30',
    'complete',
  ]);
  expect(recorded.reconnects.map(({ reason }) => reason.code)).toEqual(['BUFFERED']);
  expect(tickets).toBe(2);
  expect(urls(server.requests).filter((kind) => kind === 'stream')).toHaveLength(2);
});

test('closing ends the stream, its look and its polls', async () => {
  const { task, server, recorded, follow } = await setUp({ intercept: buffering(true) });
  const looking = follow(quick);
  await vi.waitFor(() => expect(urls(server.requests)).toEqual(['stream', 'events']));
  looking.close();
  await vi.waitFor(() => expect([server.sockets.size, task.readers]).toEqual([0, 0]));
  task.progress(10);
  const polling = follow(quick);
  await recorded.when('progress 10');
  polling.close();
  await vi.waitFor(() => expect([server.sockets.size, task.readers]).toEqual([0, 0]));
});
