import { expect, onTestFinished, test, vi } from 'vitest';
import { holdBack, problem } from '../test/support/feed-server.ts';
import { setUp } from '../test/support/set-up.ts';
import { startDyingProxy } from '../test/support/dying-proxy.ts';
import { onWake } from './wake.ts';

/** The parts of a page that the SDK listens to. Removed at the end of the test, after every listener. */
function stubPage() {
  const page = new EventTarget();
  const shown = Object.assign(new EventTarget(), { visibilityState: 'visible' });
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
  vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page));
  vi.stubGlobal('document', shown);
  onTestFinished(() => {
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  });
  return { page, shown };
}

test('a page wakes when it is online, visible or restored, and not when it is hidden', () => {
  const { page, shown } = stubPage();
  const woke: boolean[] = [];
  const stop = onWake((restored) => woke.push(restored));
  const wakeAll = () => {
    page.dispatchEvent(new Event('online'));
    page.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }));
    page.dispatchEvent(new Event('focus'));
    shown.dispatchEvent(new Event('visibilitychange'));
  };
  wakeAll();
  expect(woke).toEqual([false, true, false, false]);
  shown.visibilityState = 'hidden';
  shown.dispatchEvent(new Event('visibilitychange'));
  stop();
  shown.visibilityState = 'visible';
  wakeAll();
  expect(woke).toHaveLength(4);
});

test('a connection that was silent while the page slept is replaced when it is visible again', async () => {
  const { shown } = stubPage();
  const { task, server, recorded, follow } = await setUp();
  task.progress(10);
  follow();
  await recorded.when('progress 10');
  shown.dispatchEvent(new Event('visibilitychange'));
  expect(server.sockets.size, 'a connection that was active a moment ago is kept').toBe(1);
  const now = Date.now();
  vi.spyOn(Date, 'now').mockImplementation(() => now + 30_000);
  shown.dispatchEvent(new Event('visibilitychange'));
  await recorded.when('open', 2);
  task.complete();
  await recorded.when('complete');
  expect(server.requests.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '1']);
  expect(recorded.only('progress', 'reconnecting')).toEqual(['progress 10']);
});

test('a page restored from the browser’s cache reconnects', async () => {
  const { page } = stubPage();
  const { task, server, recorded, follow } = await setUp();
  follow();
  await recorded.when('open');
  page.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }));
  await recorded.when('open', 2);
  task.complete();
  await recorded.when('complete');
  expect(server.requests).toHaveLength(2);
});

test('a page that wakes reconnects at once, but not before Retry-After', async () => {
  const { page } = stubPage();
  let retryAfter: Record<string, string> | undefined = {};
  const { task, server, recorded, follow } = await setUp({
    intercept: (_, response) => {
      if (!retryAfter) return false;
      problem(response, 503, 'SHUTTING_DOWN', retryAfter);
    },
  });
  task.complete();
  follow({ backoff: () => 60_000 });
  await recorded.when('reconnecting');
  retryAfter = { 'Retry-After': '3600' };
  await new Promise(setImmediate);
  page.dispatchEvent(new Event('online'));
  await recorded.when('reconnecting', 2);
  retryAfter = undefined;
  await new Promise(setImmediate);
  page.dispatchEvent(new Event('online'));
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(server.requests).toHaveLength(2);
});

test('a page is fresh soon after it wakes although every pooled connection is dead', async () => {
  const { shown } = stubPage();
  const waiting: (() => void)[] = [];
  const { task, server, recorded, follow } = await setUp({
    intercept: ({ url = '' }, response) => {
      if (!url.endsWith('/health')) return false;
      // Node's fetch takes the oldest connection that is free: those that were there before the stream's.
      response.shouldKeepAlive = true;
      waiting.push(() => response.end('{}'));
      if (waiting.length > 4) response.end('{}');
    },
  });
  const proxy = await startDyingProxy(server.port);
  onTestFinished(() => proxy.close());
  task.progress(10);
  const call = async () => (await fetch(`${proxy.baseUrl}/health`)).text();
  const calls = Array.from({ length: 4 }, call);
  await vi.waitFor(() => expect(waiting).toHaveLength(4));
  follow({ baseUrl: proxy.baseUrl });
  await recorded.when('progress 10');
  for (const answer of waiting) answer();
  await Promise.all(calls);
  // Node knows that a connection is free a little after its answer: after another one they all are.
  await call();
  proxy.kill();
  task.progress(20);
  const now = Date.now();
  vi.spyOn(Date, 'now').mockImplementation(() => now + 30_000);
  shown.dispatchEvent(new Event('visibilitychange'));
  await recorded.when('progress 20');
  task.complete();
  await recorded.when('complete');
  expect(proxy.tried()).toBeGreaterThan(0);
  expect(recorded.only('progress', 'complete', 'reconnecting')).toEqual(['progress 10', 'progress 20', 'complete']);
});

test('a poll after waking that brings nothing is not told, and the next one follows at once', async () => {
  const { page } = stubPage();
  const { task, server, recorded, follow } = await setUp({
    intercept: ({ url = '' }, response) => {
      if (!url.includes('/events')) holdBack(response, true);
      return false;
    },
  });
  task.progress(10);
  follow({ lookMs: 20, backoff: () => 60_000 });
  await recorded.when('progress 10');
  await vi.waitFor(() => expect(server.requests).toHaveLength(3));
  page.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }));
  await vi.waitFor(() => expect(server.requests).toHaveLength(5));
  expect(server.requests.slice(1).map(({ url }) => url.split('?')[1])).toEqual([
    'wait=8',
    'wait=25',
    'wait=0',
    'wait=25',
  ]);
  expect(recorded.reconnects.map(({ reason }) => reason.code)).toEqual(['BUFFERED']);
});

test('an answer that takes its time after waking is waited for in the end', async () => {
  const { page } = stubPage();
  let slow = 0;
  const { task, server, recorded, follow } = await setUp({
    intercept: ({ headers }, response) => {
      if (headers['last-event-id'] === undefined) return false;
      slow += 1;
      const writeHead = response.writeHead.bind(response);
      const write = response.write.bind(response);
      response.writeHead = () => response;
      setTimeout(() => {
        writeHead(200, { 'Content-Type': 'text/event-stream' });
        write(':\n\n');
      }, 900);
      response.write = (() => true) as typeof write;
      return false;
    },
  });
  task.progress(10);
  follow({ lookMs: 0 });
  await recorded.when('progress 10');
  page.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }));
  await recorded.when('open', 2);
  // The stream's own connection, five hasty attempts, and one that is given its time.
  expect([slow, server.requests.length]).toEqual([6, 7]);
  expect(recorded.reconnects).toEqual([]);
});
