import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { SSEStreamingApi } from 'hono/streaming';
import { eventData, peerPaths, serveBench } from './child.ts';

serveBench(async (tasks) => {
  const readers = Array.from({ length: tasks }, () => new Set<SSEStreamingApi>());
  const app = new Hono();
  app.get('/tasks/:task/stream', (context) =>
    streamSSE(context, async (stream) => {
      const own = readers[Number(context.req.param('task'))];
      await stream.write(': \n\n');
      own?.add(stream);
      await new Promise<void>((resolve) => stream.onAbort(resolve));
      own?.delete(stream);
    }),
  );
  const server = createAdaptorServer({ fetch: app.fetch });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  let sequence = 0;
  return {
    port: (server.address() as AddressInfo).port,
    paths: peerPaths(tasks),
    headers: {},
    emit(task, message) {
      sequence += 1;
      const data = JSON.stringify(eventData(task, sequence, message));
      const event = { id: String(sequence), event: 'file_update', data };
      for (const stream of readers[task] ?? []) stream.writeSSE(event).catch(() => undefined);
    },
  };
});
