import { createServer, request as ask } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { startServer } from '../../../../e2e/support/server.ts';
import type { RunningServer } from '../../../../e2e/support/server.ts';
import { ApiService } from '../../src/index.ts';
import { disc } from '../support/png.ts';
import { holdBack } from '../support/feed-server.ts';
import { drivers, startDriver } from './drivers.ts';

let server: RunningServer;
beforeAll(async () => {
  server = await startServer({ API_KEYS: 'key' });
});
afterAll(() => server.close());

/** A proxy that holds streams back to their end, as one that compresses them does. */
async function startBufferingProxy(target: string): Promise<{ baseUrl: string; urls: string[] }> {
  const urls: string[] = [];
  const proxy = createServer((incoming, outgoing) => {
    const { method, url = '', headers } = incoming;
    urls.push(url);
    if (/stream(\?|$)/.test(url)) holdBack(outgoing, true);
    const upstream = ask(
      `${target}${url}`,
      { method, headers: { ...headers, host: new URL(target).host } },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.setEncoding('utf8');
        answer.on('data', (text: string) => outgoing.write(text));
        answer.on('end', () => outgoing.end());
      },
    );
    upstream.on('error', () => outgoing.destroy());
    outgoing.on('close', () => upstream.destroy());
    incoming.pipe(upstream);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  return { baseUrl: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, urls };
}

test.for(Object.keys(drivers))(
  'behind a proxy that holds streams back, %s follows the real server by polls',
  async (driver) => {
    const api = new ApiService({ baseUrl: server.url, apiKey: 'key' });
    const upload = await api.uploadBatch([disc(512, [90, 20, 40]), disc(512, [20, 90, 40])], {
      faceLimit: 500,
      reuse: false,
    });
    if (!upload.success) throw upload.cause;
    const { baseUrl, urls } = await startBufferingProxy(server.url);
    const seen = startDriver(driver, upload.taskId, { baseUrl, apiKey: 'key', lookMs: 50 });
    expect(await seen.ended).toBeUndefined();
    const now = await api.getJobStatus(upload.taskId);
    if (!now.success) throw now.cause;
    expect(seen.state).toMatchObject({ status: 'completed', sequence: now.sequence });
    expect(seen.endings).toBe(1);
    expect(seen.sequences).toEqual([...new Set(seen.sequences)].sort((a, b) => a - b));
    expect(urls.filter((url) => /\/events\?(.*&)?wait=25$/.test(url)).length).toBeGreaterThan(1);
    expect(urls.filter((url) => /\/stream(\?|$)/.test(url))).toHaveLength(1);
  },
);

test.for(['stream', 'combined', 'watch'])('%s does so with nothing but tickets, and no cookies', async (driver) => {
  const api = new ApiService({ baseUrl: server.url, apiKey: 'key' });
  const upload = await api.uploadBatch([disc(512, [90, 60, 40])], { faceLimit: 500, reuse: false });
  if (!upload.success) throw upload.cause;
  const { baseUrl, urls } = await startBufferingProxy(server.url);
  const refreshAuth = async () => {
    const answer = await api.createTicket(upload.taskId);
    return answer.success ? { ticket: answer.ticket } : undefined;
  };
  const seen = startDriver(driver, upload.taskId, { baseUrl, refreshAuth, lookMs: 50 });
  expect(await seen.ended).toBeUndefined();
  expect(seen.endings).toBe(1);
  expect(seen.sequences).toEqual([...new Set(seen.sequences)].sort((a, b) => a - b));
  expect(urls.filter((url) => /\/events\?wait=\d+&ticket=/.test(url)).length).toBeGreaterThan(2);
});
