import { createServer } from 'node:http';
import { createChannel, createSession } from 'better-sse';
import { createPeer, serveBench, taskOf } from './child.ts';

serveBench((tasks) => {
  const channels = Array.from({ length: tasks }, () => createChannel());
  const server = createServer((request, response) => {
    void createSession(request, response).then((session) => channels[taskOf(request.url ?? '')]?.register(session));
  });
  return createPeer(server, tasks, (task, { id, event, data }) => {
    channels[task]?.broadcast(data, event, { eventId: id });
  });
});
