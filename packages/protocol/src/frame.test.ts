import { createParser, type EventSourceMessage } from 'eventsource-parser';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TaskEvent } from './events.ts';
import { encodeComment, encodeEvent, encodeRetry } from './frame.ts';

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

test('any text survives the way over the wire in one event of the right name and id', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1 }), (message, sequence) => {
      const event: TaskEvent = {
        type: 'task_cancelled',
        data: { task_id: 't', job_id: 'j', sequence, timestamp: 1, message },
      };
      const { events } = parse(encodeEvent(event));
      expect(events).toHaveLength(1);
      expect(events[0]).toMatchObject({ event: 'task_cancelled', id: String(sequence) });
      expect(JSON.parse(events[0]?.data ?? '')).toEqual(JSON.parse(JSON.stringify(event.data)));
    }),
  );
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
