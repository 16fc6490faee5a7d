import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { fetchModel } from './fetch-model.ts';

async function serverThat(answers: (response: ServerResponse) => void): Promise<string> {
  const server = createServer((_, response) => answers(response));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

const { signal } = new AbortController();

test('a model is fetched completely, and its progress rises to the end', async () => {
  const url = await serverThat((response) => response.end(Buffer.alloc(500_000, 7)));
  const reported: number[] = [];
  const bytes = await fetchModel(url, { signal, onprogress: (share) => reported.push(share) });
  expect(bytes.byteLength).toBe(500_000);
  expect(reported.at(-1)).toBe(1);
  expect(reported).toEqual(reported.toSorted((a, b) => a - b));
});

test('a model of unknown size is fetched as well', async () => {
  const url = await serverThat((response) => {
    response.write('abc');
    response.end('def');
  });
  expect((await fetchModel(url, { signal })).byteLength).toBe(6);
});

test('an error has the HTTP status, or 0 without an answer', async () => {
  const url = await serverThat((response) => response.writeHead(401).end());
  await expect(fetchModel(url, { signal })).rejects.toMatchObject({ status: 401 });
  const broken = await serverThat((response) => response.destroy());
  await expect(fetchModel(broken, { signal })).rejects.toMatchObject({ status: 0 });
});
