import { expect, test } from 'vitest';
import { Notify, type NotifyHost } from './notifications.svelte.ts';

/** A browser that answers the question in one way, and records what it shows. */
function setUp(answer: NotificationPermission, watched = false) {
  const shown: { title: string; tag: string | undefined; target: EventTarget }[] = [];
  const opened: string[] = [];
  const stored = new Map<string, string>();
  let asked = 0;
  class Shown extends EventTarget {
    static permission: NotificationPermission = 'default';
    static async requestPermission() {
      asked += 1;
      Shown.permission = answer;
      return answer;
    }
    constructor(title: string, options?: NotificationOptions) {
      super();
      shown.push({ title, tag: options?.tag, target: this });
    }
    close() {
      shown.pop();
    }
  }
  const host: NotifyHost = {
    workers: undefined,
    here: () => '/processing?taskId=t',
    Notification: Shown as unknown as typeof Notification,
    storage: {
      getItem: (key) => stored.get(key) ?? null,
      setItem: (key, value) => void stored.set(key, value),
      removeItem: (key) => void stored.delete(key),
    },
    watched: () => watched,
    open: (url) => void opened.push(url),
  };
  return { host, shown, opened, asked: () => asked };
}

const done = { title: 'Ready', body: 'All 3 models', url: '/results/j', tag: 't' };

test('nobody is asked before they want it, and the choice outlives the page', async () => {
  const { host, shown, opened, asked } = setUp('granted');
  const notify = new Notify(host);
  expect([notify.enabled, await notify.done(done), asked()]).toEqual([false, false, 0]);
  expect(await notify.ask()).toBe(true);
  const later = new Notify(host);
  expect(later.enabled).toBe(true);
  expect(await later.done(done)).toBe(true);
  expect(shown).toMatchObject([{ title: 'Ready', tag: 't' }]);
  shown[0]?.target.dispatchEvent(new Event('click'));
  expect(opened).toEqual(['/results/j']);
  await later.off();
  expect([later.enabled, new Notify(host).enabled, asked()]).toEqual([false, false, 1]);
});

test('a refusal is respected, and nothing is shown over a page that somebody looks at', async () => {
  const denied = new Notify(setUp('denied').host);
  expect([await denied.ask(), denied.permission, denied.enabled]).toEqual([false, 'denied', false]);
  const watched = new Notify(setUp('granted', true).host);
  await watched.ask();
  expect(await watched.done(done)).toBe(false);
});

test('a browser without notifications has none to turn on', async () => {
  const notify = new Notify({ ...setUp('granted').host, Notification: undefined });
  expect([notify.supported, await notify.ask(), notify.enabled]).toEqual([false, false, false]);
});
