import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultKind } from './types.ts';

/** How often an open stream looks for an event, ms. */
const lookMs = 20;
/** Between the two halves of a split character, ms. */
const splitMs = 15;

interface StreamOptions {
  /** Headers of the provider's own. */
  headers: Record<string, string>;
  /** The next event, if there is one yet; `last` ends the stream. */
  next: () => { body: unknown; last: boolean } | undefined;
  fault: FaultKind | undefined;
  commentMs: number;
}

/** Writes events as they come. A comment goes out now and then, and the stream ends after the last event. */
export function streamEvents(response: ServerResponse, options: StreamOptions): void {
  const { headers, next, fault, commentMs } = options;
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    ...headers,
  });
  response.flushHeaders();
  let events = 0;
  let over = false;
  const send = createSender(response, fault?.kind === 'stream-split');
  const comment = setInterval(() => response.write(': ping\n\n'), commentMs);
  const looking = setInterval(look, lookMs);
  response.once('close', stop);
  if (fault?.kind === 'stream-garbage')
    response.write('event: heartbeat\ndata: not JSON\n\ndata: {"status":\n\nid\n\n');
  look();

  function look(): void {
    if (over || broken()) return;
    const event = next();
    if (!event) return;
    events += 1;
    const sent = send(`data: ${JSON.stringify(event.body)}\n\n`);
    if (event.last) {
      stop();
      void sent.then(() => response.end());
    }
  }

  /** Whether the stream has come to the point where it was to fail. */
  function broken(): boolean {
    if (fault?.kind === 'stream-cut' && events >= fault.afterEvents) {
      stop();
      response.socket?.destroy();
      return true;
    }
    if (fault?.kind === 'stream-end' && events >= fault.afterEvents) {
      stop();
      response.end();
      return true;
    }
    return false;
  }

  function stop(): void {
    over = true;
    clearInterval(comment);
    clearInterval(looking);
  }
}

/** Writes texts one after the other; `split` cuts each within a character. */
function createSender(response: ServerResponse, split: boolean): (text: string) => Promise<void> {
  let sent = Promise.resolve();
  return async (text) => {
    const bytes = Buffer.from(text);
    if (!split) {
      response.write(bytes);
      return;
    }
    sent = sendSplit(response, bytes, sent);
    await sent;
  };
}

/** The second half is long enough in coming that it arrives by itself. */
async function sendSplit(response: ServerResponse, bytes: Buffer, before: Promise<void>): Promise<void> {
  const at = Math.max(
    0,
    bytes.findIndex((byte) => (byte & 0xc0) === 0x80),
  );
  await before;
  response.write(bytes.subarray(0, at));
  await sleep(splitMs);
  response.write(bytes.subarray(at));
  await sleep(splitMs);
}
