import type { ServerResponse } from 'node:http';
import type { Queue } from './queue.ts';
import type { JobRow } from './state.ts';
import type { FaultKind } from './types.ts';

/** How often an open stream is compared with the job, ms. */
const lookMs = 20;

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
  let before = '';
  let over = false;
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
    if (stands === before) return;
    before = stands;
    lines = all;
    events += 1;
    send(`data: ${JSON.stringify(body)}\n\n`);
    if (done) {
      stop();
      response.end();
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
    // Each chunk ends within a character wherever there is one that can be cut.
    let from = 0;
    for (let at = 1; at < bytes.length; at += 1) {
      const isInside = ((bytes[at] ?? 0) & 0xc0) === 0x80;
      if (!isInside) continue;
      response.write(bytes.subarray(from, at));
      from = at;
    }
    response.write(bytes.subarray(from));
  }

  function stop(): void {
    over = true;
    clearInterval(comment);
    clearInterval(looking);
  }
}
