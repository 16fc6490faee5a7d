import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import { createPeer, serveBench, taskOf } from './child.ts';

/** As one writes it by hand: one text per event, written to each response. */
serveBench((tasks) => {
  const readers = Array.from({ length: tasks }, () => new Set<ServerResponse>());
  const server = createServer((request, response) => {
    const own = readers[taskOf(request.url ?? '')];
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write(': \n\n');
    own?.add(response);
    response.on('close', () => own?.delete(response));
  });
  return createPeer(server, tasks, (task, { id, event, data }) => {
    const frame = `event: ${event}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`;
    for (const response of readers[task] ?? []) response.write(frame);
  });
});
