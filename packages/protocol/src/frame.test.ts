import { createParser, type EventSourceMessage } from 'eventsource-parser';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TaskEvent } from './events.ts';
import { encodeComment, encodeEvent, encodeFrame, encodeRetry } from './frame.ts';

function parse(text: string): { events: EventSourceMessage[]; comments: string[]; retries: number[] } {
  const seen = { events: [] as EventSourceMessage[], comments: [] as string[], retries: [] as number[] };
  const parser = createParser({
    onEvent: (event) => seen.events.push(event),
    onComment: (comment) => seen.comments.push(comment),
    onRetry: (delay) => seen.retries.push(delay),
  });
  parser.feed(text);
  return seen;
}

/** All that could end a line, a field, an event, a JSON string or a character. */
const nasty = [
  '\n|\r|\r\n|\n\n|\v|\f|\x1c|\x1d|\x1e|\x85|\u2028|\u2029|\0|\x7f|\uFEFF|\u202e| |:',
  '🚀|\ud83d|\ude80|\\ud83d|\\u2028|\\|\\\\|"|\\"',
  '\ndata: {}\n\n|event: task_failed|id: 1|retry: 0|</script>',
].flatMap((texts) => texts.split('|'));
const text = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...nasty) },
      { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
    ),
  )
  .map((parts) => parts.join(''));

function cancelled(message: string, sequence = 1): TaskEvent {
  return { type: 'task_cancelled', data: { task_id: 't', job_id: 'j', sequence, timestamp: 1, message } };
}

/** The data as a client reads it that only knows our format: blocks between empty lines, in each a line that begins with `data: `. */
function readNaively(frames: string, lineBreak: string | RegExp): unknown[] {
  const lines = frames.split(lineBreak).filter((line) => line.startsWith('data: '));
  return lines.map((line) => JSON.parse(line.slice('data: '.length)));
}

test('any text survives the way over the wire in one event of the right name and id', () => {
  fc.assert(
    fc.property(text, fc.integer({ min: 1 }), (message, sequence) => {
      const event = cancelled(message, sequence);
      // As bytes, and back.
      const { events } = parse(new TextDecoder().decode(new TextEncoder().encode(encodeEvent(event))));
      expect(events).toHaveLength(1);
      expect(events[0]).toMatchObject({ event: 'task_cancelled', id: String(sequence) });
      const expected = { ...event.data, message: message.toWellFormed() };
      expect(JSON.parse(events[0]?.data ?? '')).toEqual(expected);
    }),
  );
});

test.for([
  ['event streams', /\r\n|\n|\r/],
  ['LF alone', '\n'],
  // Python's splitlines, and with it requests' and httpx's iter_lines; Swift's AsyncLineSequence knows fewer.
  // oxlint-disable-next-line no-control-regex -- they end a line there
  ['all of Unicode', /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/],
] as const)('an event has four lines whatever ends a line: %s', ([, lineBreak]) => {
  fc.assert(
    fc.property(text, (message) => {
      const frame = encodeEvent(cancelled(message));
      expect(frame.split(lineBreak).map((line) => line.slice(0, 6))).toEqual(['event:', 'id: 1', 'data: ', '', '']);
      expect(readNaively(frame, lineBreak)).toEqual([cancelled(message.toWellFormed()).data]);
    }),
  );
});

test('no half of a surrogate pair is sent, not even as an escape, and nothing that only looks like one is changed', () => {
  const data = JSON.stringify(['\ud83d', '\ude80\ud83d', '🚀', '\\ud83d', '\\\\ude80', '\\\ud83d', '\u0007\ude80']);
  const frame = encodeFrame('task_progress', 1, data);
  expect(readNaively(frame, '\n')).toEqual([
    ['\ufffd', '\ufffd\ufffd', '🚀', '\\ud83d', '\\\\ude80', '\\\ufffd', '\u0007\ufffd'],
  ]);
});

test('a line of many megabytes stays one', () => {
  const message = 'x\n\u2028🚀'.repeat(2_000_000);
  const { events } = parse(encodeEvent(cancelled(message)));
  expect((JSON.parse(events[0]?.data ?? '') as { message: string }).message === message).toBe(true);
});

test('a comment cannot break out of its line', () => {
  const { events, comments } = parse(encodeComment('hello\n\nevent: task_failed\ndata: {}\n\n'));
  expect(events).toEqual([]);
  expect(comments).toHaveLength(1);
});

test('a retry is a whole number of milliseconds that is never negative', () => {
  expect(parse(encodeRetry(1234.6)).retries).toEqual([1235]);
  expect(parse(encodeRetry(-5)).retries).toEqual([0]);
});
