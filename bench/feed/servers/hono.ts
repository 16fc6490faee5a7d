import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { SSEStreamingApi } from 'hono/streaming';
import { createPeer, serveBench } from './child.ts';

serveBench((tasks) => {
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
  return createPeer(createAdaptorServer({ fetch: app.fetch }), tasks, (task, event) => {
    const text = { ...event, data: JSON.stringify(event.data) };
    for (const stream of readers[task] ?? []) stream.writeSSE(text).catch(() => undefined);
  });
});
