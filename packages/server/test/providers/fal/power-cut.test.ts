import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { buffer } from 'node:stream/consumers';
import { expect, it, onTestFinished, vi } from 'vitest';
import { disk } from '../../support/log-disk.ts';
import { setUp } from './bench.ts';
import { startFalServer } from './server.ts';

vi.mock(import('node:fs'), async (load) => {
  const { disk: below } = await import('../../support/log-disk.ts');
  return below.below(await load());
});

/** What stands in the way to fal: looks at the disk of the server whenever a paid request arrives. */
async function startWay(to: string, paid: () => Promise<void>): Promise<string> {
  const way = createServer();
  const pass = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method === 'POST') await paid();
    const { host: _, connection: __, ...headers } = request.headers as Record<string, string>;
    const body = request.method === 'POST' ? await buffer(request) : undefined;
    const answer = await fetch(to + request.url, { method: request.method ?? 'GET', headers, ...(body && { body }) });
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
    response.end(Buffer.from(await answer.arrayBuffer()));
  };
  way.on('request', (request, response) => void pass(request, response));
  way.listen(0, '127.0.0.1');
  await once(way, 'listening');
  onTestFinished(() => {
    way.closeAllConnections();
    way.close();
  });
  return `http://127.0.0.1:${(way.address() as AddressInfo).port}`;
}

it('has the intent of each paid request, and its money, on the disk when the request arrives', async () => {
  const fal = await startFalServer();
  onTestFinished(() => fal.close());
  const cuts: string[] = [];
  const way = await startWay(fal.queueUrl, async () => void cuts.push(await disk.afterCut()));
  const bench = await setUp({}, { FAL_QUEUE_URL: way, FAL_REST_URL: fal.restUrl });
  disk.file = join(bench.dataDir, 'image2model.db');
  const { tasks } = await bench.ended(await bench.upload({}, 12));
  expect(tasks.at(-1)?.files.map(({ status }) => status)).toEqual(Array.from({ length: 12 }, () => 'completed'));
  expect(cuts).toHaveLength(12);
  const seen = new Set<string>();
  for (const [index, cut] of cuts.entries()) {
    const db = new DatabaseSync(cut);
    const rows = db.prepare('SELECT remembered FROM task_files WHERE remembered IS NOT NULL').all();
    const money = db
      .prepare('SELECT key FROM spending')
      .all()
      .map(({ key }) => key);
    db.close();
    const sent = rows
      .map(({ remembered }) => JSON.parse(String(remembered)) as { step: string; ourId: string })
      .filter(({ step }) => step !== 'begun');
    for (const { ourId } of sent) {
      seen.add(ourId);
      expect(money).toContain(ourId);
    }
    // So many were paid by then; those that had ended are seen before.
    expect(seen.size).toBeGreaterThan(index);
  }
}, 20_000);
