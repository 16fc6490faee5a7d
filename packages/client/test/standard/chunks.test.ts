import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { Connection } from '../../src/connection.ts';
import { listen } from './support/listen.ts';
import { streamBytes } from './support/random-stream.ts';
import { path, startRawServer, stream } from './support/raw-server.ts';
import { interpret } from './support/standard.ts';
import type { Interpretation, StreamEvent } from './support/standard.ts';

/** What a client makes of a body that arrives in exactly these pieces, which a network would not promise. */
async function read(chunks: readonly Uint8Array[]): Promise<Pick<Interpretation, 'events' | 'cursor'>> {
  const events: StreamEvent[] = [];
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
  let answered = false;
  return await new Promise((resolve) => {
    const fetch: typeof globalThis.fetch = async (_, init) => {
      if (!answered) {
        answered = true;
        return new Response(body, { headers: { 'Content-Type': 'text/event-stream' } });
      }
      connection.close();
      resolve({ events, cursor: new Headers(init?.headers).get('last-event-id') ?? undefined });
      throw new TypeError('The test is over');
    };
    const connection = new Connection(
      {
        target: () => ({ url: `http://127.0.0.1${path}` }),
        open: () => undefined,
        message: ({ event, data }) => {
          if (data === undefined) return undefined;
          events.push({ type: event ?? 'message', data });
          return false;
        },
        reconnecting: () => undefined,
        end: () => undefined,
      },
      { fetch, backoff: () => 0 },
    );
  });
}

function expected(bytes: Uint8Array): Pick<Interpretation, 'events' | 'cursor'> {
  const { events, ourCursor } = interpret(bytes);
  return { events, cursor: ourCursor };
}

function cutAt(bytes: Uint8Array, offsets: readonly number[]): Uint8Array[] {
  const edges = [0, ...[...offsets].sort((a, b) => a - b), bytes.length];
  return edges.slice(1).map((edge, index) => bytes.subarray(edges[index], edge));
}

/** Has a byte order mark, all line breaks, characters of two, three and four bytes, and bytes that are none. */
const everything = Buffer.concat([
  Buffer.from('\u{FEFF}data: é立🚀\r\ndata:\r\n\r\nid: ü€\revent: ö\rdata: \u{FEFF}x\r\r: 🪑\r\nretry: 10\ndata\n\n'),
  Buffer.from('data: a\xffb\xe2\x82c\xf0\x9f\n\n\r\ndata: end\r\n\r\n', 'latin1'),
]);

test('a body may be cut at any byte, within a character and within a line break', async () => {
  expect(expected(everything).events).toHaveLength(5);
  for (let at = 0; at <= everything.length; at++) {
    expect(await read(cutAt(everything, [at])), `cut at ${at}`).toEqual(expected(everything));
  }
});

test('each byte may come alone, with empty pieces between', async () => {
  const single = cutAt(everything, [...everything.keys()]);
  const spaced = single.flatMap((chunk) => [new Uint8Array(), chunk]);
  expect(await read(spaced)).toEqual(expected(everything));
});

test('any bytes in any pieces are the events that the standard makes of them', async () => {
  await fc.assert(
    fc.asyncProperty(
      streamBytes,
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 8 }),
      async (bytes, cuts) => {
        // Node's own decoder drops two byte order marks instead of one if the first is cut; Chromium's does not.
        const first = Buffer.from(bytes).indexOf('\u{FEFF}\u{FEFF}') === 0 ? 3 : 0;
        const offsets = cuts.map((share) => first + Math.floor(share * (bytes.length - first)));
        expect(await read(cutAt(bytes, offsets))).toEqual(expected(bytes));
      },
    ),
    { numRuns: 1_000 },
  );
});

test('an event of many megabytes comes whole if it may', async () => {
  const data = 'x€'.repeat(3 * 1024 * 1024);
  const server = await startRawServer(stream(`data: ${data}\n\n`, { close: false }));
  const { events } = listen(server.url, { maxBufferSize: 16 * 1024 * 1024 });
  await expect.poll(() => events.length).toBe(1);
  expect(events[0]?.data === data).toBe(true);
});

test('each byte in a packet of its own', async () => {
  const server = await startRawServer((socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n');
    const next = (at: number): void => {
      if (at < everything.length) socket.write(everything.subarray(at, at + 1), () => setImmediate(next, at + 1));
    };
    next(0);
    onTestFinished(() => void socket.destroy());
  });
  const { events } = listen(server.url);
  await expect.poll(() => events).toEqual(interpret(everything).events);
});
