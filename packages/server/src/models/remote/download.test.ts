import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createAddressGuard } from './address.ts';
import { download } from './download.ts';
import { defaultTimings } from './timings.ts';

type Handler = (request: IncomingMessage, response: ServerResponse, call: number) => void;

async function serve(handle: Handler) {
  const ranges: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    ranges.push(request.headers.range);
    handle(request, response, ranges.length);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => server.close().closeAllConnections());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/model.glb`;
  const timings = { ...defaultTimings, firstBackoffMs: 1, maxBackoffMs: 2 };
  const fetchIt = async (options: { maxBytes?: number; signal?: AbortSignal; url?: string } = {}) =>
    Buffer.from(
      await download(options.url ?? url, {
        guard: createAddressGuard('127.0.0.1'),
        maxBytes: options.maxBytes ?? 1_000_000,
        signal: options.signal ?? new AbortController().signal,
        timings,
      }),
    ).toString('latin1');
  return { url, ranges, fetchIt };
}

const whole = '0123456789'.repeat(50);

/** Gives the file from where it is asked for, and breaks off after so many bytes. */
function partly(bytes: number, etag?: string): Handler {
  return (request, response) => {
    const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const rest = whole.slice(start);
    response.writeHead(start > 0 ? 206 : 200, {
      'content-length': rest.length,
      ...(etag !== undefined && { etag }),
      ...(start > 0 && { 'content-range': `bytes ${start}-${whole.length - 1}/${whole.length}` }),
    });
    response.write(rest.slice(0, bytes), () => {
      if (rest.length > bytes) response.destroy();
      else response.end();
    });
  };
}

describe('a download', () => {
  it('goes on where it broke off, again and again', async () => {
    const { fetchIt, ranges } = await serve(partly(120, '"v1"'));
    expect(await fetchIt()).toBe(whole);
    expect(ranges).toEqual([undefined, 'bytes=120-', 'bytes=240-', 'bytes=360-', 'bytes=480-']);
  });

  it('starts again where the server knows no parts', async () => {
    const { fetchIt } = await serve((request, response, call) => {
      request.headers = {};
      partly(call < 3 ? 100 : 1000)(request, response, call);
    });
    expect(await fetchIt()).toBe(whole);
  });

  it('does not join parts that do not fit', async () => {
    const { fetchIt } = await serve((request, response, call) => {
      if (call === 1) return partly(100)(request, response, call);
      if (request.headers.range === undefined) return response.end(whole);
      response.writeHead(206, { 'content-range': `bytes 7-${whole.length - 1}/${whole.length}` }).end(whole.slice(7));
    });
    expect(await fetchIt()).toBe(whole);
  });

  it('is cut at its limit, whatever its head says', async () => {
    const said = await serve((_, response) =>
      response.writeHead(200, { 'content-length': 5000 }).end('x'.repeat(5000)),
    );
    await expect(said.fetchIt({ maxBytes: 4999 })).rejects.toMatchObject({ why: 'too large' });
    const endless = await serve((_, response) => {
      const pour = (): void => void (response.destroyed || response.write('x'.repeat(1000), () => setImmediate(pour)));
      pour();
    });
    await expect(endless.fetchIt({ maxBytes: 10_000 })).rejects.toMatchObject({ why: 'too large' });
  });

  it('follows a redirect to where it may, and no further than a few', async () => {
    const { fetchIt } = await serve((request, response, call) => {
      if (call < 3) response.writeHead(302, { location: `/there-${call}` }).end();
      else response.end(request.url);
    });
    expect(await fetchIt()).toBe('/there-2');
    const round = await serve((_, response) => response.writeHead(302, { location: '/again' }).end());
    await expect(round.fetchIt()).rejects.toMatchObject({ why: 'forbidden' });
    expect(round.ranges).toHaveLength(6);
    const away = await serve((_, response) => response.writeHead(302, { location: 'https://192.168.0.1/x' }).end());
    await expect(away.fetchIt()).rejects.toMatchObject({ why: 'forbidden' });
  });

  it('is given up at once where the file is gone, and after some attempts where it cannot be reached', async () => {
    const gone = await serve((_, response) => response.writeHead(404).end());
    await expect(gone.fetchIt()).rejects.toMatchObject({ why: 'gone' });
    expect(gone.ranges).toHaveLength(1);
    const broken = await serve((_, response) => response.writeHead(500).end());
    await expect(broken.fetchIt()).rejects.toMatchObject({ why: 'unreachable' });
    await expect(gone.fetchIt({ url: 'not an address' })).rejects.toMatchObject({ why: 'forbidden' });
  });

  it('stops when it is told to', async () => {
    const stop = new AbortController();
    const { fetchIt } = await serve((_, response) => {
      response.write('some', () => stop.abort('cancelled'));
    });
    await expect(fetchIt({ signal: stop.signal })).rejects.toBe('cancelled');
  });
});
