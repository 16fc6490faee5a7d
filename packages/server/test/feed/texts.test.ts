import { beforeEach, describe, expect, test } from 'vitest';
import type { TaskEvent } from '@image2model/protocol';
import { listen, startFeed } from './support.ts';
import type { FeedServer, Received } from './support.ts';

/** What a model may say, or a person call a photo: all that could end a line, a field, an event, a string or a character. */
const texts = [
  '\n|\r|\r\n|\n\n|\v|\f|\x1c|\x1d|\x1e|\x85|\u2028|\u2029|\0|\x7f|\uFEFF|\u202e| |:',
  '🚀|\ud83d|\ude80\ud83d|\\ud83d|\\u2028|\\|\\\\|"|\\"',
  '\n\nevent: task_failed\ndata: {}\n\n|data: x|: x|id: 9|retry: 1|e\u0301',
  `${'x'.repeat(200_000)}\n${'🚀'.repeat(50_000)}`,
].flatMap((lines) => lines.split('|'));

let server: FeedServer;

/** The lines of data by somebody who takes for a line break whatever Unicode calls one. */
function readNaively(stream: string): TaskEvent['data'][] {
  // oxlint-disable-next-line no-control-regex -- they end a line in Python's splitlines
  const lines = stream.split(/\r\n|[\n\r\v\f\u{1c}-\u{1e}\u{85}\u{2028}\u{2029}]/u);
  expect(lines.filter((line) => !/^(?:|:|: |(?:event|id|data|retry): .*)$/.test(line))).toEqual([]);
  return lines
    .filter((line) => line.startsWith('data: '))
    .map((line) => JSON.parse(line.slice(6)) as TaskEvent['data']);
}

/** What a file of this task says while it is at work. */
function messages(events: readonly Received[], taskId: string): string[] {
  const own = events.map(({ event }) => event.data).filter((data) => data.task_id === taskId);
  return own.flatMap((data) => ('file_id' in data && data.status === 'processing' ? [data.message] : []));
}

describe.each([
  ['the front', true],
  ['node:http', false],
])('through %s', (_, front) => {
  beforeEach(async () => {
    server = await startFeed({}, { front });
  });

  test.for(['a task', 'several tasks'])(
    'whatever a model says comes as it said it, in the stream of %s',
    async (what) => {
      const task = await server.submit();
      const others = what === 'a task' ? [] : [await server.submit()];
      await task.claim();
      const query = [task, ...others].map(({ taskId }) => `task_id=${taskId}`).join('&');
      const path = others.length === 0 ? task.path : `/api/v1/status/stream?${query}`;
      const live = await listen(server, path);
      for (const [index, text] of texts.entries()) expect(await task.report(index + 1, text)).toBe(true);
      for (const one of [task, ...others]) await one.finish();
      await live.closed;
      const expected = texts.map((text) => text.toWellFormed());
      // Live, and again from the log.
      const replay = await listen(server, path, { headers: { 'last-event-id': live.events[0]?.id ?? '' } });
      await replay.closed;
      for (const listener of [live, replay]) {
        const { events } = listener;
        expect(messages(events, task.taskId).slice(-texts.length)).toEqual(expected);
        expect(readNaively(listener.text())).toEqual(events.map(({ event }) => event.data));
      }
    },
  );
});
