import type { AddressInfo } from 'node:net';
import { fastifySSE } from '@fastify/sse';
import fastify from 'fastify';
import type { FastifyReply } from 'fastify';
import { eventData, peerPaths, serveBench, taskOf } from './child.ts';

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
  await app.listen({ host: '127.0.0.1', port: 0 });
  let sequence = 0;
  return {
    port: (app.server.address() as AddressInfo).port,
    paths: peerPaths(tasks),
    headers: { accept: 'text/event-stream' },
    emit(task, message) {
      sequence += 1;
      const event = { id: String(sequence), event: 'file_update', data: eventData(task, sequence, message) };
      // A client that has left rejects here.
      for (const reply of readers[task] ?? []) reply.sse.send(event).catch(() => undefined);
    },
  };
});
