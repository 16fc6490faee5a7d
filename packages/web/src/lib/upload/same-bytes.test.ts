import { expect, test } from 'vitest';
import { sameBytes } from './same-bytes.ts';

const bytes = (size: number, last: number) => new Blob([new Uint8Array(size - 1), new Uint8Array([last])]);

test('files are the same if every byte is, also beyond the first megabyte', async () => {
  expect(await sameBytes(bytes(3_000_000, 1), bytes(3_000_000, 1))).toBe(true);
  expect(await sameBytes(bytes(3_000_000, 1), bytes(3_000_000, 2))).toBe(false);
  expect(await sameBytes(bytes(10, 1), bytes(11, 1))).toBe(false);
});

test('a file that can no longer be read is the same as no other', async () => {
  const gone = {
    size: 4,
    slice: () => ({ arrayBuffer: async () => await Promise.reject(new DOMException('gone', 'NotReadableError')) }),
  };
  expect(await sameBytes(gone as unknown as Blob, bytes(4, 1))).toBe(false);
});
