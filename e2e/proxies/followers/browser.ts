import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { sizeOf } from '../../../packages/client/scripts/size.ts';
import { launchBrowser } from '../../support/chromium.ts';
import { eventTypes, streamUrl } from './follower.ts';
import type { Follower, Target } from './follower.ts';

/** What the page writes down for each of its followers. */
interface Seen {
  sequences: number[];
  endings: number;
  /** Why it gave up. */
  failure?: string;
}

/** A page of another origin that follows through any number of proxies at once. */
export interface BrowserFollowers {
  /** The page's origin, which the server has to allow. */
  readonly origin: string;
  /** Opens every follower of a browser; where only the SDK is wanted, no other. */
  follow(target: Target, onlySdk: boolean): Promise<Record<string, Follower[]>>;
  /** The protocol of the newest answer from each origin: `http/1.1` or `h2`. */
  readonly protocols: ReadonlyMap<string, string>;
  close(): Promise<void>;
}

/** How often the page is looked at, in ms. */
const lookMs = 100;

export async function openBrowserFollowers(): Promise<BrowserFollowers> {
  const { code } = await sizeOf('*', { whole: true });
  const server = createServer((request, response) => {
    const script = request.url === '/sdk.js';
    response.writeHead(200, { 'content-type': script ? 'text/javascript' : 'text/html' });
    response.end(script ? code : document);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const browser = await launchBrowser();
  const page = await browser.newPage({ ignoreHTTPSErrors: true });
  const protocols = new Map<string, string>();
  const session = await page.context().newCDPSession(page);
  session.on('Network.responseReceived', ({ response: { url, protocol = '' } }) => {
    protocols.set(new URL(url).origin, protocol);
  });
  await session.send('Network.enable');
  await page.goto(origin);
  const followers: (Seen & { end: (outcome?: string) => void })[] = [];
  const timer = setInterval(() => void look(page, followers), lookMs);
  return {
    origin,
    protocols,
    async follow(target, onlySdk) {
      const found: Record<string, Follower[]> = {};
      const names = Object.keys(ways).filter((name) => !onlySdk || name.includes('SDK'));
      for (const name of names) {
        const { tasks, script } = ways[name as keyof typeof ways](target);
        found[name] = tasks.map((taskId) => {
          const { promise, resolve } = Promise.withResolvers<unknown>();
          const seen = { sequences: [], endings: 0, end: resolve };
          followers.push(seen);
          return Object.assign(seen, { taskId, ended: promise });
        });
        await page.evaluate(script);
      }
      return found;
    },
    async close() {
      clearInterval(timer);
      await browser.close();
      server.close();
    },
  };
}

/** Takes over what the page has written down since. */
async function look(page: Page, followers: readonly (Seen & { end: (outcome?: string) => void })[]): Promise<void> {
  const all = await page.evaluate(() => (globalThis as unknown as { seen: Seen[] }).seen).catch(() => []);
  for (const [index, { sequences, endings, failure }] of all.entries()) {
    const follower = followers[index];
    if (follower === undefined) continue;
    follower.sequences = sequences;
    follower.endings = endings;
    if (endings > 0 || failure !== undefined) follower.end(failure);
  }
}

/** Each way with the tasks that it follows, in the order in which the page opens them. */
const ways = {
  'EventSource in Chromium': (target: Target) => {
    const [taskId] = target.tasks;
    return { tasks: [taskId], script: `native(${JSON.stringify(streamUrl(target, taskId))}, ['${taskId}'])` };
  },
  'EventSource on the combined stream in Chromium': ({ url, key, tasks }: Target) => {
    const query = tasks.map((id) => `task_id=${id}`).join('&');
    const address = `${url}/api/v1/status/stream?${query}&api_key=${key}`;
    return { tasks, script: `native(${JSON.stringify(address)}, ${JSON.stringify(tasks)})` };
  },
  "the SDK's createProgressStream in Chromium": ({ url, key, tasks }: Target) => {
    const options = JSON.stringify({ baseUrl: url, apiKey: key });
    return { tasks: [tasks[1]], script: `sdk('${tasks[1]}', ${options})` };
  },
};

const document = `<!doctype html><title>Followers</title><link rel="icon" href="data:,"><script type="module">
  import { createProgressStream } from '/sdk.js';
  const endings = ['task_completed', 'task_failed', 'task_cancelled'];
  const create = () => {
    const one = { sequences: [], endings: 0 };
    seen.push(one);
    return one;
  };
  globalThis.seen = [];
  globalThis.native = (url, tasks) => {
    const byTask = new Map(tasks.map((id) => [id, create()]));
    const source = new EventSource(url);
    for (const type of ${JSON.stringify(eventTypes)}) {
      source.addEventListener(type, ({ data }) => {
        const { task_id, sequence } = JSON.parse(data);
        const one = byTask.get(task_id);
        one.sequences.push(sequence);
        if (endings.includes(type)) one.endings += 1;
        if ([...byTask.values()].every((each) => each.endings > 0)) source.close();
      });
    }
    source.onerror = () => {
      if (source.readyState !== source.CLOSED) return;
      for (const one of byTask.values()) one.failure = 'EventSource gave up';
    };
  };
  globalThis.sdk = (taskId, options) => {
    const one = create();
    createProgressStream(taskId, {
      onTaskUpdate: (type, { sequence }) => {
        one.sequences.push(sequence);
        if (endings.includes('task_' + type)) one.endings += 1;
      },
      onError: (error) => {
        if (!error.details) one.failure = String(error);
      },
    }, options);
  };
</script>`;
