import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createChannel, createSession } from 'better-sse';
import { eventData, peerPaths, serveBench, taskOf } from './child.ts';

serveBench(async (tasks) => {
  const channels = Array.from({ length: tasks }, () => createChannel());
  const server = createServer((request, response) => {
    void createSession(request, response).then((session) => channels[taskOf(request.url ?? '')]?.register(session));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  let sequence = 0;
  return {
    port: (server.address() as AddressInfo).port,
    paths: peerPaths(tasks),
    headers: {},
    emit(task, message) {
      sequence += 1;
      channels[task]?.broadcast(eventData(task, sequence, message), 'file_update', { eventId: String(sequence) });
    },
  };
});
