import { expect, it } from 'vitest';
import type { Entry } from '../engine/contract.ts';
import { feedWithPublicAddresses } from './public-addresses.ts';

it('makes the addresses of entries absolute, and leaves texts alone that merely look like one', async () => {
  const data = (url: string) =>
    JSON.stringify({
      message: 'said "url":"/api/v1/x", or \\"url":"/api/v1/x',
      filename: '/api/v1/x',
      result: { rendered_image: { url }, extra_files: [{ filename: 'a.fbx', url }], statistics: { other_url: '/x' } },
    });
  const stored: Entry = { taskId: 't', key: 'k', sequence: 1, type: 'file_update', data: data('/api/v1/download/a') };
  const given: Entry[] = [];
  const feed = feedWithPublicAddresses(
    {
      task: async () => undefined,
      entries: async (taskId, after) => (after === undefined ? [{ ...stored, taskId }] : undefined),
      subscribe: async (_, listener) => {
        listener([stored]);
        return () => undefined;
      },
    },
    'https://example.org/$&/m',
  );
  const expected = { ...stored, data: data('https://example.org/$&/m/api/v1/download/a') };
  expect(await feed.entries('t')).toEqual([expected]);
  expect(await feed.entries('t', 5)).toBeUndefined();
  await feed.subscribe('t', (entries) => given.push(...entries));
  expect(given).toEqual([expected]);
});
