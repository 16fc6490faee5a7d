import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { isEnding, taskEventTypes, ticketSchema } from '@image2model/protocol';
import type { TaskEvent } from '@image2model/protocol';
import { EventSource as NodeEventSource } from 'eventsource';
import { EventSourcePolyfill } from 'event-source-polyfill';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { launchBrowser } from './support/chromium.ts';
import { sendPhotos } from './support/jobs.ts';
import { startServer } from './support/server.ts';
import type { RunningServer } from './support/server.ts';

const headers = { authorization: 'Bearer key' };
const photos = ['coffee.jpg', 'duck.png', 'pebbles.jpg'];
const deaths = 2;

/** A client that was given an address, and nothing else. */
interface Client {
  name: string;
  url: string;
  /** What it was told of its task so far. */
  events: () => Promise<TaskEvent[]>;
  readyState: () => Promise<number>;
}

let server: RunningServer;
let browser: Browser;
/** Serves an empty page of another origin. */
const elsewhere = createServer((_, response) => response.setHeader('content-type', 'text/html').end('<!doctype html>'));
let taskId: string;
let clients: Client[];

/** All of them follow one task while its server is killed twice. */
beforeAll(async () => {
  // Where the polyfill reports that a connection broke.
  const quiet = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  elsewhere.listen(0, '127.0.0.1');
  await once(elsewhere, 'listening');
  const origin = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`;
  const settings = { API_KEYS: 'key', CORS_ORIGINS: origin, WORKER_CONCURRENCY: '1' };
  [server, browser] = await Promise.all([startServer(settings), launchBrowser()]);
  ({ taskId } = await sendPhotos(server.url, photos, { key: 'key' }));
  clients = await Promise.all([
    inNode("npm's eventsource, without cookies", await ticketUrl(), (url) => new NodeEventSource(url)),
    inNode("npm's event-source-polyfill", `${streamUrl()}?api_key=key`, (url) => new EventSourcePolyfill(url)),
    inChromium("Chromium's EventSource", await ticketUrl(), `${server.url}/api/v1/health/liveness`),
    inChromium("Chromium's EventSource on another origin, without credentials", await ticketUrl(), origin),
    inChromium("Chromium's EventSource on another origin, with credentials", await ticketUrl(), origin, true),
  ]);
  for (let death = 0; death < deaths; death += 1) {
    const before = await Promise.all(clients.map(async ({ events }) => (await events()).length));
    await everyClient((events, index) => events.length > (before[index] ?? 0));
    await server.stop('SIGKILL');
    await server.restart();
  }
  await everyClient((events) => events.some(({ type }) => isEnding(type)));
  quiet.mockRestore();
}, 180_000);

afterAll(async () => {
  elsewhere.close();
  await browser.close();
  await server.close();
});

const streamUrl = (): string => `${server.url}/api/v1/status/tasks/${taskId}/stream`;

async function ticketUrl(): Promise<string> {
  const response = await fetch(`${server.url}/api/v1/status/tasks/${taskId}/ticket`, { method: 'POST', headers });
  return `${streamUrl()}?ticket=${ticketSchema.parse(await response.json()).ticket}`;
}

async function everyClient(holds: (events: TaskEvent[], index: number) => boolean): Promise<void> {
  for (const [index, { events }] of clients.entries()) {
    await vi.waitUntil(async () => holds(await events(), index), { timeout: 90_000, interval: 20 });
  }
}

async function inNode(
  name: string,
  url: string,
  open: (url: string) => EventTarget & { readonly readyState: number; close(): void },
): Promise<Client> {
  const events: TaskEvent[] = [];
  const source = open(url);
  for (const type of taskEventTypes) {
    source.addEventListener(type, (event) => {
      events.push({ type, data: JSON.parse((event as MessageEvent<string>).data) });
    });
  }
  return { name, url, events: async () => events, readyState: async () => source.readyState };
}

/** Each page in a context of its own, with cookies of its own. */
async function inChromium(name: string, url: string, pageUrl: string, withCredentials = false): Promise<Client> {
  const page = await (await browser.newContext()).newPage();
  await page.goto(pageUrl);
  const opened = await page.evaluateHandle(
    ({ address, types, options }) => {
      const events: TaskEvent[] = [];
      const source = new EventSource(address, options);
      for (const type of types) {
        source.addEventListener(type, ({ data }: MessageEvent<string>) =>
          events.push({ type, data: JSON.parse(data) }),
        );
      }
      return { source, events };
    },
    { address: url, types: taskEventTypes, options: { withCredentials } },
  );
  return {
    name,
    url,
    events: async () => await opened.evaluate(({ events }) => events),
    readyState: async () => await opened.evaluate(({ source }) => source.readyState),
  };
}

describe.each([0, 1, 2, 3, 4])('client %i', (index) => {
  test('is told everything in order, through killed servers, and one ending', async () => {
    const { name, events } = clients[index] as Client;
    const told = await events();
    const sequences = told.map(({ data }) => data.sequence);
    const distinct = [...new Set(sequences)];
    expect(distinct, name).toEqual(distinct.toSorted((a, b) => a - b));
    // Progress of the last moment may die with its server; a cursor from there gets the newest of each key again.
    expect(sequences.length - distinct.length, name).toBeLessThanOrEqual(deaths * (photos.length + 1));
    expect(
      told.filter(({ type }) => isEnding(type)),
      name,
    ).toHaveLength(1);
    expect(told.at(-1), name).toMatchObject({
      type: 'task_completed',
      data: { result: { successful_files: photos.length } },
    });
  });

  test('would be back in an hour, and nobody else with its address', async () => {
    const { name, url, readyState } = clients[index] as Client;
    expect(await readyState(), name).toBe(0);
    if (!url.includes('ticket')) return;
    for (const more of [{}, { 'last-event-id': '3' }]) {
      expect((await fetch(url, { headers: more })).status, name).toBe(401);
    }
  });
});
