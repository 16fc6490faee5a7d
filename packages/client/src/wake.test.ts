import { expect, onTestFinished, test, vi } from 'vitest';
import { setUp } from '../test/support/set-up.ts';
import { onWake } from './wake.ts';

/** As much of a page as the SDK listens to; taken away after all that listens has stopped. */
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

test('a page wakes when it is online, shown or restored, and not when it is hidden', () => {
  const { page, shown } = stubPage();
  const woke: boolean[] = [];
  const stop = onWake((restored) => woke.push(restored));
  const wakeAll = () => {
    page.dispatchEvent(new Event('online'));
    page.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }));
    shown.dispatchEvent(new Event('visibilitychange'));
  };
  wakeAll();
  expect(woke).toEqual([false, true, false]);
  shown.visibilityState = 'hidden';
  shown.dispatchEvent(new Event('visibilitychange'));
  stop();
  shown.visibilityState = 'visible';
  wakeAll();
  expect(woke).toHaveLength(3);
});

test('a connection that was silent while the page slept is made anew when it is shown', async () => {
  const { shown } = stubPage();
  const { task, server, heard, follow } = await setUp();
  task.progress(10);
  follow();
  await heard.when('progress 10');
  shown.dispatchEvent(new Event('visibilitychange'));
  expect(server.sockets.size, 'one that has just spoken is kept').toBe(1);
  const now = Date.now();
  vi.spyOn(Date, 'now').mockImplementation(() => now + 30_000);
  shown.dispatchEvent(new Event('visibilitychange'));
  await heard.when('open', 2);
  task.complete();
  await heard.when('complete');
  expect(server.requests.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '1']);
  expect(heard.only('progress', 'reconnecting')).toEqual(['progress 10']);
});

test('a page brought back from the browser’s cache makes its connection anew', async () => {
  const { page } = stubPage();
  const { task, server, heard, follow } = await setUp();
  follow();
  await heard.when('open');
  page.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }));
  await heard.when('open', 2);
  task.complete();
  await heard.when('complete');
  expect(server.requests).toHaveLength(2);
});
