import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Queue } from './queue.ts';
import type { JobRow } from './state.ts';
import type { FaultKind } from './types.ts';

/** How often an open stream is compared with the job, ms. */
const lookMs = 20;
/** Between the two halves of a split character, ms. */
const splitMs = 15;

interface StreamOptions {
  queue: Queue;
  row: JobRow;
  app: string;
  logs: boolean;
  fault: FaultKind | undefined;
  commentMs: number;
}

/**
 * Writes a job's statuses as they change: each event has the new lines of the log alone. A comment goes out now and
 * then, and the stream ends after `COMPLETED`.
 */
export function streamStatus(response: ServerResponse, options: StreamOptions): void {
  const { queue, row, app, logs, fault, commentMs } = options;
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    'x-fal-request-id': row.id,
    'x-simulated': 'fal.ai',
  });
  response.flushHeaders();
  let events = 0;
  let lines = 0;
  let stood = '';
  let over = false;
  let sent = Promise.resolve();
  const comment = setInterval(() => response.write(': ping\n\n'), commentMs);
  const looking = setInterval(look, lookMs);
  response.once('close', stop);
  if (fault?.kind === 'stream-garbage')
    response.write('event: heartbeat\ndata: not JSON\n\ndata: {"status":\n\nid\n\n');
  look();

  function look(): void {
    if (over || broken()) return;
    const now = queue.find(app, row.id);
    if (!now) return;
    const { body, done, lines: all } = queue.status(now, logs ? lines : null);
    const stands = JSON.stringify([body['status'], body['queue_position'], all]);
    if (stands === stood) return;
    stood = stands;
    lines = all;
    events += 1;
    send(`data: ${JSON.stringify(body)}\n\n`);
    if (done) {
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

  function send(text: string): void {
    const bytes = Buffer.from(text);
    if (fault?.kind !== 'stream-split') {
      response.write(bytes);
      return;
    }
    sent = sendSplit(bytes, sent);
  }

  /** Cuts within a character; the rest is long enough in coming that it arrives by itself. */
  async function sendSplit(bytes: Buffer, before: Promise<void>): Promise<void> {
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

  function stop(): void {
    over = true;
    clearInterval(comment);
    clearInterval(looking);
  }
}
