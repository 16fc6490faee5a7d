import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { launchBrowser } from '../../../../e2e/support/chromium.ts';
import { bundlePage } from './support/bundle.ts';
import type { compare } from './support/page.ts';
import { streamBytes } from './support/random-stream.ts';
import { interpret } from './support/standard.ts';

type Compared = Awaited<ReturnType<typeof compare>>;

let browser: Browser;
let script: string;
beforeAll(async () => {
  [browser, script] = await Promise.all([launchBrowser(), bundlePage()]);
});
afterAll(() => browser.close());

/** A page that can compare, and the `Last-Event-ID` headers of requests for streams as bytes, by path. */
async function openPage(body: (path: string) => Uint8Array | string) {
  const cursors = new Map<string, (string | undefined)[]>();
  const server = createServer((request, response) => {
    const { url = '', headers } = request;
    if (!url.startsWith('/api/v1/')) {
      response
        .writeHead(200, { 'Content-Type': 'text/html' })
        .end(`<!doctype html><script type="module">${script}</script>`);
      return;
    }
    const header = headers['last-event-id'] as string | undefined;
    cursors.set(url, [...(cursors.get(url) ?? []), header]);
    response.writeHead(200, { 'Content-Type': 'text/event-stream' }).end(body(url));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const page = await browser.newPage();
  onTestFinished(async () => {
    await page.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  await page.waitForFunction('globalThis.compare');
  return { page, cursors };
}

async function compareIn(page: Page, name: string, types: string[], times = 1): Promise<Compared> {
  return await page.evaluate(
    async (given) => await (globalThis as unknown as { compare: typeof compare }).compare(...given),
    [name, types, times] as const,
  );
}

test('the browser’s EventSource and ours see the same in any stream, and it is what the standard says', async () => {
  const bodies = fc.sample(streamBytes, { numRuns: 300, seed: 14 });
  const { page } = await openPage((path) => bodies[Number(/\d+$/.exec(path)?.[0])] ?? '');
  for (const [index, body] of bodies.entries()) {
    const { events } = interpret(body);
    const seen = await compareIn(page, String(index), [...new Set(events.map(({ type }) => type))]);
    expect(seen.native, `native, ${JSON.stringify(body.toString())}`).toEqual(events);
    expect(seen.ours, `ours, ${JSON.stringify(body.toString())}`).toEqual(events);
  }
});

test('both send the same bytes as the id of the last event', async () => {
  const ids = ['1', 'abc', '…', 'ü', '豆腐 🚀', 'a: b', ' a', '\u{FFFD}', 'x\0', ''];
  const { page, cursors } = await openPage((path) => {
    const id = ids[Number(/\d+$/.exec(path)?.[0])] ?? '';
    return `retry: 1\nid: before\ndata: 1\n\nid: ${id}\ndata: 2\n\n`;
  });
  for (const index of ids.keys()) await compareIn(page, String(index), [], 2);
  for (const [index, id] of ids.entries()) {
    const ours = cursors.get(`/api/v1/ours/${index}`);
    expect(ours, `of ${JSON.stringify(id)}`).toEqual(cursors.get(`/api/v1/native/${index}`));
    expect(ours).toHaveLength(2);
  }
});
