import { expect, test } from 'vitest';
import { listen } from './support/listen.ts';
import { cut, startRawServer, stream } from './support/raw-server.ts';
import type { Answer, RawServer } from './support/raw-server.ts';

/** The `Last-Event-ID` of each request. */
function cursors({ requests }: RawServer): (string | undefined)[] {
  return requests.map(({ headers }) => headers['last-event-id']);
}

/** Gives these answers and returns the cursor of each request, with the one that comes after them. */
async function cursorsOver(...answers: Answer[]): Promise<(string | undefined)[]> {
  const server = await startRawServer(...answers);
  const count = answers.length + 1;
  listen(server.url);
  await expect.poll(() => server.requests.length).toBe(count);
  return cursors(server);
}

test('the id of the last event is sent after a connection that was closed, and after one that was cut', async () => {
  const answers = [stream('id: abc\ndata: 1\n\n'), cut('id: def\ndata: 2\n\n')];
  expect(await cursorsOver(...answers)).toEqual([undefined, 'abc', 'def']);
});

test('it outlives events and connections without one', async () => {
  const answers = [stream('id: abc\ndata: 1\n\ndata: 2\n\n'), stream('data: 3\n\n'), stream(''), cut('data: 4\n\n')];
  expect(await cursorsOver(...answers)).toEqual([undefined, 'abc', 'abc', 'abc', 'abc']);
});

test.for(['id:', 'id', 'id: '])('an empty one (“%s”) clears it, and then no header is sent at all', async (field) => {
  const answers = [stream('id: abc\ndata: 1\n\n'), stream(`${field}\ndata: 2\n\n`), stream('data: 3\n\n')];
  expect(await cursorsOver(...answers)).toEqual([undefined, 'abc', undefined, undefined]);
});

test.for(['\0\0', 'x\0', '\0x', 'x\0x', ' \0'])('one with a NULL is ignored: %j', async (id) => {
  const answers = [stream(`id: ${id}\ndata: 1\n\n`), stream('id: abc\ndata: 2\n\n'), stream(`id: ${id}\ndata: 3\n\n`)];
  expect(await cursorsOver(...answers)).toEqual([undefined, undefined, 'abc', 'abc']);
});

test('the last of two counts, whatever stands around it', async () => {
  expect(await cursorsOver(stream('id: 1\nevent: x\nid: 2\ndata: 1\n:\n\n'))).toEqual([undefined, '2']);
});

test('it counts without data, too, and an empty one clears it', async () => {
  const answers = [
    stream('id: 1\n\n'),
    stream('id: 2\ndata: 2\n\nid: 3\n\ndata: 3\n\n'),
    stream('id\n\n'),
    cut('id: 4\n\n'),
  ];
  expect(await cursorsOver(...answers)).toEqual([undefined, '1', '3', undefined, '4']);
});

test('that of an event that was cut off does not count', async () => {
  const answers = [stream('id: abc\ndata: Hello\n\nid: def\ndata: Goodbye'), cut('id: ghi\ndata: x\n')];
  expect(await cursorsOver(...answers)).toEqual([undefined, 'abc', 'abc']);
});

test.for(['0', '-', '!"#$%&\'()*+,-./:;<=>?@[]^_`{|}~', 'x'.repeat(4_000)])(
  'any visible ASCII can be one: %s',
  async (id) => {
    expect(await cursorsOver(stream(`id: ${id}\ndata: 1\n\n`))).toEqual([undefined, id]);
  },
);

test('a cursor that is given at the start is sent as if it had been received', async () => {
  const server = await startRawServer(stream(''), stream('data: 1\n\n'), stream('id: 2\ndata: 2\n\n'));
  listen(server.url, { lastEventId: 'abc' });
  await expect.poll(() => server.requests.length).toBe(4);
  expect(cursors(server)).toEqual(['abc', 'abc', 'abc', '2']);
});
