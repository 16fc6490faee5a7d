import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventData, peerPaths, serveBench, taskOf } from './child.ts';

/** As one writes it by hand: one text per event, written to each response. */
serveBench(async (tasks) => {
  const readers = Array.from({ length: tasks }, () => new Set<ServerResponse>());
  const server = createServer((request, response) => {
    const own = readers[taskOf(request.url ?? '')];
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write(': \n\n');
    own?.add(response);
    response.on('close', () => own?.delete(response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  let sequence = 0;
  return {
    port: (server.address() as AddressInfo).port,
    paths: peerPaths(tasks),
    headers: {},
    emit(task, message) {
      sequence += 1;
      const data = JSON.stringify(eventData(task, sequence, message));
      const frame = `event: file_update\nid: ${sequence}\ndata: ${data}\n\n`;
      for (const response of readers[task] ?? []) response.write(frame);
    },
  };
});
