import { expect, test } from 'vitest';
import type { Entry } from '../engine/contract.ts';
import { Batch, encodeChunk, encodeEnd, encodeHead, encodeHeaders } from './wire.ts';

const entry = (sequence: number, type: Entry['type'] = 'file_update'): Entry => ({
  taskId: 'task',
  key: 'key',
  sequence,
  type,
  data: `{"sequence":${sequence},"message":"立体"}`,
});

test('a chunk says its length in bytes', () => {
  expect(encodeChunk('é立🪑', true).toString()).toBe('9\r\né立🪑\r\n');
  expect(encodeChunk('é立🪑', false).toString()).toBe('é立🪑');
});

test('the end of a body is a chunk of no length, and nothing where there are no chunks', () => {
  expect(encodeEnd('', true).toString()).toBe('0\r\n\r\n');
  expect(encodeEnd('a', true).toString()).toBe('1\r\na\r\n0\r\n\r\n');
  expect(encodeEnd('', false)).toHaveLength(0);
});

test('a batch is encoded once for all readers, and ends the body with the ending alone', () => {
  const batch = new Batch([entry(1), entry(2)]);
  expect(batch.bytes(true)).toBe(batch.bytes(true));
  expect(batch.bytes(false).toString()).toBe(
    'event: file_update\nid: 1\ndata: {"sequence":1,"message":"立体"}\n\n' +
      'event: file_update\nid: 2\ndata: {"sequence":2,"message":"立体"}\n\n',
  );
  expect({ first: batch.first, last: batch.last, ends: batch.ends }).toEqual({ first: 1, last: 2, ends: false });
  const ending = new Batch([entry(3), entry(4, 'task_completed')]);
  expect(ending.ends).toBe(true);
  expect(ending.bytes(true).toString()).toMatch(/\r\n0\r\n\r\n$/);
});

test("the head has the stream's own headers above those of hooks, and no line that a header smuggles in", () => {
  const lines = encodeHeaders({ vary: ['Origin', 'Accept'], 'cache-control': 'public', 'content-length': 5 });
  const head = encodeHead(lines, true);
  expect(head).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  expect(head).toMatch(/\r\nvary: Origin\r\nvary: Accept\r\n/);
  expect(head).toContain('\r\ncache-control: no-store, no-transform\r\n');
  expect(head).toContain('\r\ntransfer-encoding: chunked\r\n');
  expect(head).not.toContain('content-length');
  expect(encodeHead('', false)).not.toContain('transfer-encoding');
  expect(() => encodeHeaders({ origin: 'a\r\nset-cookie: b' })).toThrow(/Invalid character/);
});
