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

/** A page that can compare, and the `Last-Event-ID` headers of its requests as bytes, by way and name of the stream. */
async function openPage(body: (name: string) => Uint8Array | string) {
  const cursors = new Map<string, (string | undefined)[]>();
  // Ids may have control characters, which browsers send and Node refuses otherwise.
  const server = createServer({ insecureHTTPParser: true }, (request, response) => {
    const { url = '', headers } = request;
    if (!url.startsWith('/api/v1/')) {
      response
        .writeHead(200, { 'Content-Type': 'text/html' })
        .end(`<!doctype html><script type="module">${script}</script>`);
      return;
    }
    const header = headers['last-event-id'] as string | undefined;
    const [, way = '', name = ''] = /v1\/(.*)\/(.*)/.exec(url) ?? [];
    cursors.set(`${way}/${name}`, [...(cursors.get(`${way}/${name}`) ?? []), header]);
    response.writeHead(200, { 'Content-Type': 'text/event-stream' }).end(body(name));
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

async function compareIn(page: Page, name: string, types: string[]): Promise<Compared> {
  return await page.evaluate(
    async (given) => await (globalThis as unknown as { compare: typeof compare }).compare(...given),
    [name, types, 2] as const,
  );
}

test('the browser’s EventSource and ours see the same in any stream', { timeout: 180_000 }, async () => {
  const bodies = fc
    .sample(streamBytes, { numRuns: 150, seed: 14 })
    .map((bytes) => Buffer.concat([bytes, Buffer.from('\nretry: 1\n')]));
  const { page, cursors } = await openPage((name) => bodies[Number(name)] ?? '');
  const compareNext = async (index: number): Promise<void> => {
    const { events, cursor, ourCursor } = interpret(bodies[index] ?? Buffer.of());
    const seen = await compareIn(page, String(index), [...new Set(events.map(({ type }) => type))]);
    for (const way of ['native', 'ours'] as const) {
      const given = `${way}, ${JSON.stringify(bodies[index]?.toString())}`;
      expect(seen[way], given).toEqual([...events, ...events]);
      expect(cursors.get(`${way}/${index}`), given).toEqual([undefined, way === 'ours' ? ourCursor : cursor]);
    }
  };
  // A browser opens six connections to a host.
  for (let index = 0; index < bodies.length; index += 3) {
    await Promise.all([index, index + 1, index + 2].map(compareNext));
  }
});
