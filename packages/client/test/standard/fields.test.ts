import { describe, expect, test } from 'vitest';
import { listen } from './support/listen.ts';
import { startRawServer, stream } from './support/raw-server.ts';
import { interpret } from './support/standard.ts';

/** What `EventSource` makes of a body: the data of its events, or `name: data` where the event has a name. */
const cases: Record<string, [title: string, body: string | Uint8Array, expected: string[]][]> = {
  'byte order mark': [
    ['one at the start is dropped', '\u{FEFF}data:1\n\n', ['1']],
    ['only the first one is; a second makes the field an unknown one', '\u{FEFF}\u{FEFF}data:1\n\ndata:2\n\n', ['2']],
    ['later ones belong to their line', 'data:1\n\n\u{FEFF}data:2\n\ndata:3\n\n', ['1', '3']],
    ['within data it is kept', '\u{FEFF}data: \u{FEFF}Hello\n\n', ['\u{FEFF}Hello']],
    ['before a comment', '\u{FEFF}:comment\ndata: Hello\n\n', ['Hello']],
    [
      'of another encoding is not one',
      Buffer.from([0xfe, 0xff, 0x64, 0x0a, 0x0a, 0x64, 0x61, 0x74, 0x61, 0x0a, 0x0a]),
      [''],
    ],
  ],
  'line breaks': [
    ['LF', 'data: 1\ndata: 2\n\ndata: 3\n\n', ['1\n2', '3']],
    ['CRLF', 'data: 1\r\ndata: 2\r\n\r\ndata: 3\r\n\r\n', ['1\n2', '3']],
    ['CR', 'data: 1\rdata: 2\r\rdata: 3\r\r', ['1\n2', '3']],
    ['mixed within one event', 'data:test\r\ndata\ndata:test\r\n\r', ['test\n\ntest']],
    ['LF and CR are two of them, so an event ends between', 'data:1\n\rdata:2\r\r\n', ['1', '2']],
    ['any number of empty lines', '\n\r\n\rdata: 1\n\n\n\n\r\n\r\rdata: 2\n\n', ['1', '2']],
    [
      'those of Unicode alone are none',
      'data: a\u{2028}b\u{2029}c\u{85}d\ve\ff\n\n',
      ['a\u{2028}b\u{2029}c\u{85}d\ve\ff'],
    ],
  ],
  data: [
    ['one line', 'data: Hello\n\n', ['Hello']],
    ['several lines are joined', 'data: Hello\ndata:World\n\n', ['Hello\nWorld']],
    ['an empty one is an event', 'data:\n\n', ['']],
    ['without a colon, alone and twice', 'data\n\ndata\ndata\n\ndata:test\n\n', ['', '\n', 'test']],
    [
      'empty lines at the start, in the middle, at the end',
      'data:\ndata:a\n\ndata:a\ndata\ndata:b\n\ndata:a\ndata:\n\n',
      ['\na', 'a\n\nb', 'a\n'],
    ],
    ['without it there is no event', 'event: foo\nid: 1\n\n:\n\nretry: 5\n\n', []],
    ['a colon in the value', 'data: {"a": 1}\n\ndata:::\n\n', ['{"a": 1}', '::']],
  ],
  'field names and values': [
    [
      'one space after the colon goes, a second and a tab stay',
      'data:\ttest\rdata: \ndata:test\ndata:  x\n\n',
      ['\ttest\n\ntest\n x'],
    ],
    ['spaces at the end stay', 'data: a \n\n', ['a ']],
    [
      'names are exact',
      'data:1\n data:2\nData:3\nDATA:4\ndata :5\nda-ta:6\ndata_7\ndata\0:8\n\0data:9\nxdata:1\n\n',
      ['1'],
    ],
    ['unknown fields are ignored', 'color: blue\ndata: 1\nfoobar:xxx\njusttext\n\n', ['1']],
    ['the last of two names counts', 'event: a\nevent: b\ndata: 1\n\n', ['b: 1']],
    ['in any order', 'data: Hello\nid: abc\nevent: greeting\n\n', ['greeting: Hello']],
    ['NULL in data is kept', 'data: \0a\0\n\n', ['\0a\0']],
  ],
  comments: [
    ['are ignored wherever they stand', ':\ndata:1\n:x\r:data:fail\ndata:2\n::\n\n:\n', ['1\n2']],
    [
      'of any length and content',
      `data:1\n:\0\n:${'x'.repeat(100_000)}\rdata:2\n:${'y'.repeat(100_000)}\n\n`,
      ['1\n2'],
    ],
  ],
  'event names': [
    ['a name of one’s own', 'event:test\ndata:x\n\ndata:y\n\n', ['test: x', 'y']],
    [
      'an empty one is the usual one',
      'event: \ndata:x\n\nevent\ndata:y\n\nevent:a\nevent:\ndata:z\n\n',
      ['x', 'y', 'z'],
    ],
    ['with more spaces than one', 'event:  greeting\ndata:1\n\n', [' greeting: 1']],
    ['is for one event, even one without data', 'event: lost\n\ndata: 1\n\n', ['1']],
    [
      'names of a browser’s own events are names like any other',
      'event: open\ndata: 1\n\nevent: error\ndata: 2\n\n',
      ['open: 1', 'error: 2'],
    ],
    ['beyond ASCII', 'event: größe\ndata: 1\n\n', ['größe: 1']],
  ],
  encoding: [
    ['is UTF-8', 'data: ok… €豆腐 🚀\n\n', ['ok… €豆腐 🚀']],
    [
      'bytes that are none become U+FFFD, and nothing else is lost',
      Buffer.from('data: a\xffb\xe2\x82c\n\ndata: d\n\n', 'latin1'),
      ['a\u{FFFD}b\u{FFFD}c', 'd'],
    ],
    ['a surrogate in bytes is none', Buffer.from('data: \xed\xa0\x80\n\n', 'latin1'), ['\u{FFFD}\u{FFFD}\u{FFFD}']],
  ],
  'the end of the stream': [
    ['an event without its empty line is none', 'data: 1\n\ndata: 2\n', ['1']],
    ['nor is one whose last line is cut', 'data: 1\n\nevent: x\ndata: {"a', ['1']],
    ['a CR alone ends the last line', 'data: 1\n\r', ['1']],
  ],
};

for (const [group, rows] of Object.entries(cases)) {
  describe(`fields: ${group}`, () => {
    test.for(rows)('%s', async ([, body, expected]) => {
      const server = await startRawServer(stream(body), stream('data: next connection\n\n', { close: false }));
      const { events } = listen(server.url);
      await expect.poll(() => events.map(({ data }) => data)).toContain('next connection');
      const seen = events.map(({ type, data }) => (type === 'message' ? data : `${type}: ${data}`));
      expect(seen).toEqual([...expected, 'next connection']);
      // Otherwise what the other tests compare with would be wrong.
      expect(interpret(Buffer.from(body as string)).events.map(({ data }) => data)).toEqual(
        events.slice(0, -1).map(({ data }) => data),
      );
    });
  });
}

test('a charset is ignored: an event stream is always UTF-8', async () => {
  const contentType = 'text/event-stream;charset=windows-1252';
  const server = await startRawServer(stream('data: ok…\n\n', { contentType, close: false }));
  const { events } = listen(server.url);
  await expect.poll(() => events).toEqual([{ type: 'message', data: 'ok…' }]);
});

test('a hundred events of one packet come in order', async () => {
  const texts = Array.from({ length: 100 }, (_, index) => `message ${index}`);
  const server = await startRawServer(stream(texts.map((text) => `data: ${text}\n\n`).join(''), { close: false }));
  const { events } = listen(server.url);
  await expect.poll(() => events.length).toBe(100);
  expect(events.map(({ data }) => data)).toEqual(texts);
});
