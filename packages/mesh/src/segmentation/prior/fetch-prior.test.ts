import { createReadStream } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fetchPrior } from './fetch-prior.ts';
import { loadPrior } from './load-prior.ts';

let server: Server;
let origin: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url === '/prior.bin')
      createReadStream(new URL('../../../weights/prior.bin', import.meta.url)).pipe(response);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.close();
  server.closeAllConnections();
});

it('fetches the same prior that Node reads from the disk', async () => {
  const picture = { width: 40, height: 30, rgb: Uint8Array.from({ length: 3600 }, (_, i) => (i * i) % 251) };
  expect((await fetchPrior(`${origin}/prior.bin`)).run(picture)).toEqual(loadPrior().run(picture));
});

it('says which address did not answer', async () => {
  await expect(fetchPrior(`${origin}/moved.bin`)).rejects.toThrow(`${origin}/moved.bin answered 404`);
});

it('stops when told to', async () => {
  await expect(fetchPrior(`${origin}/prior.bin`, AbortSignal.abort())).rejects.toThrow('aborted');
});
