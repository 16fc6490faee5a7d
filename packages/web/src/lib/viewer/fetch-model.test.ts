import { expect, test } from 'vitest';
import { serve } from '../../../test/serve.ts';
import { fetchModel } from './fetch-model.ts';

const { signal } = new AbortController();

test('a model is fetched completely, and its progress rises to the end', async () => {
  const url = await serve((_, response) => response.end(Buffer.alloc(500_000, 7)));
  const reported: number[] = [];
  const bytes = await fetchModel(url, { signal, onprogress: (share) => reported.push(share) });
  expect(bytes.byteLength).toBe(500_000);
  expect(reported.at(-1)).toBe(1);
  expect(reported).toEqual(reported.toSorted((a, b) => a - b));
});

test('a model of unknown size is fetched as well', async () => {
  const url = await serve((_, response) => {
    response.write('abc');
    response.end('def');
  });
  expect((await fetchModel(url, { signal })).byteLength).toBe(6);
});

test('an error has the HTTP status, or 0 without an answer', async () => {
  const url = await serve((_, response) => response.writeHead(401).end());
  await expect(fetchModel(url, { signal })).rejects.toMatchObject({ status: 401 });
  const broken = await serve((_, response) => response.destroy());
  await expect(fetchModel(broken, { signal })).rejects.toMatchObject({ status: 0 });
});
