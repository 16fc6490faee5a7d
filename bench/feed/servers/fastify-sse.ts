import { fastifySSE } from '@fastify/sse';
import fastify from 'fastify';
import type { FastifyReply } from 'fastify';
import { createPeer, serveBench, taskOf } from './child.ts';

serveBench(async (tasks) => {
  const readers = Array.from({ length: tasks }, () => new Set<FastifyReply>());
  const app = fastify();
  await app.register(fastifySSE);
  app.get('/tasks/:task/stream', { sse: true }, async (request, reply) => {
    const own = readers[taskOf(request.url)];
    reply.sse.keepAlive();
    // The head alone stays in the buffer.
    await reply.sse.send({ data: '' });
    own?.add(reply);
    reply.sse.onClose(() => own?.delete(reply));
  });
  await app.ready();
  return createPeer(app.server, tasks, (task, event) => {
    // A client that has left rejects here.
    for (const reply of readers[task] ?? []) reply.sse.send(event).catch(() => undefined);
  });
});
