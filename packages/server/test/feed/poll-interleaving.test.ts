import { createParser } from 'eventsource-parser';
import fc from 'fast-check';
import type { TaskEvent } from '@image2model/protocol';
import { beforeEach, expect, test, vi } from 'vitest';
import { completed, eventually, expectWhole, listen, startFeed } from './support.ts';
import type { FeedServer, Listener, Submitted } from './support.ts';

let server: FeedServer;
beforeEach(async () => {
  // Ticks of 5 ms: what is paced, or waits for its end, does so many times in a test.
  server = await startFeed({ maxStreamsPerKey: 100_000, heartbeatMs: 300 });
  // Entries come in while others are read, as with a database that is not in this process.
  const read = server.engine.entries.bind(server.engine);
  vi.spyOn(server.engine, 'entries').mockImplementation(async (...asked) => {
    await turns(asked[1] ?? 0);
    const entries = await read(...asked);
    await turns(entries?.length ?? 0);
    return entries;
  });
});

/** A few turns of the loop, as many as this number says in some way. */
async function turns(number: number): Promise<void> {
  for (let left = number % 4; left > 0; left -= 1) await new Promise((resolve) => setImmediate(resolve));
}

interface Seen {
  id: string;
  event: TaskEvent;
}

/** One request for events, as a poll in JSON or in the format of the stream, or as a stream. */
type Way = 'json' | 'events' | 'stream';

/** What came of a request: undefined after 204. */
type Answer = { seen: Seen[]; cursor: string | undefined } | undefined;

/** A client that asks for one thing at a time, in whatever way, from the last cursor that it knows. */
interface Client {
  seen: Seen[];
  cursor: string | undefined;
  pending: { answer: Promise<Answer>; leave: () => void } | undefined;
}

type Write = { do: 'report'; task: number; file: number; times: number } | { do: 'end'; task: number; file: number };

type Step =
  | Write
  | { do: 'ask'; way: Way; wait: number }
  /** Takes the answer, if it comes soon; `lose`: the network loses it. */
  | { do: 'take'; lose: boolean }
  /** Gives the request up at once. A stream has brought something by then, perhaps. */
  | { do: 'leave' }
  | { do: 'turn'; times: number };

const files = 2;
const which = fc.nat(2);
const file = fc.nat(files - 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('report' as const),
      task: which,
      file,
      times: fc.integer({ min: 1, max: 30 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('end' as const), task: which, file }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('ask' as const),
      way: fc.constantFrom<Way>('json', 'json', 'events', 'stream'),
      wait: fc.constantFrom(0, 0, 0.01, 25),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('take' as const), lose: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('leave' as const) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('turn' as const), times: fc.integer({ min: 1, max: 5 }) }) },
);

test.each([1, 3])(
  'however polls, streams, cuts and lost answers follow each other, a client of %i tasks sees each change once',
  async (count) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
        const tasks = await Promise.all(Array.from({ length: count }, () => server.submit(files)));
        for (const one of tasks) await one.claim();
        const client: Client = { seen: [], cursor: undefined, pending: undefined };
        // Clients do not wait for writers, nor these for them.
        const writing = writeAll(steps, tasks);
        for (const one of steps) if (!isWrite(one)) await take(one, tasks, client);
        await seeThrough(tasks, client);
        await writing;
        for (const { taskId } of tasks) await expectAll(taskId, client.seen);
        expect(new Set(client.seen.map(({ id }) => id)).size).toBe(client.seen.length);
        await eventually(() => server.hub.stats().open === 0);
        expect(server.hub.stats()).toMatchObject({ tasks: 0, waiting: 0 });
      }),
      { numRuns: 60 },
    );
  },
);

/** All entries since the first that it saw: none of these tasks has more than are kept one by one. */
async function expectAll(taskId: string, seen: readonly Seen[]): Promise<void> {
  const own = seen.map(({ event }) => event).filter(({ data }) => data.task_id === taskId);
  await expectWhole(server.engine, taskId, own);
  const sequences = own.map(({ data }) => data.sequence);
  const start = sequences.slice(0, files + 1).at(-1) ?? 0;
  const rest = (await server.engine.entries(taskId, start)) ?? [];
  expect(sequences.filter((sequence) => sequence > start)).toEqual(rest.map(({ sequence }) => sequence));
}

function isWrite(one: Step): one is Write {
  return one.do === 'report' || one.do === 'end';
}

async function writeAll(steps: readonly Step[], tasks: readonly Submitted[]): Promise<void> {
  for (const one of steps) if (isWrite(one)) await write(one, tasks);
  for (const one of tasks) await one.finish();
}

async function write(one: Write, tasks: readonly Submitted[]): Promise<void> {
  const task = tasks[one.task % tasks.length];
  const lease = task?.leases[one.file];
  if (task === undefined || lease === undefined) return;
  if (one.do === 'end') {
    await server.engine.finish(lease.token, completed(lease));
    return;
  }
  for (let time = 0; time < one.times; time += 1) {
    await task.report(time, `Step ${time}`, one.file);
    await turns(one.times + time);
  }
}

async function take(one: Exclude<Step, Write>, tasks: readonly Submitted[], client: Client): Promise<void> {
  switch (one.do) {
    case 'ask':
      client.pending ??= ask(tasks, one, client.cursor);
      break;
    case 'take':
      await receive(client, one.lose, 15);
      break;
    case 'leave':
      await receive(client, false, 0);
      break;
    case 'turn':
      for (let time = 0; time < one.times; time += 1) await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Leaves the request, if it is not answered by then, and keeps what has come of it, unless that got lost. */
async function receive(client: Client, lose: boolean, withinMs: number): Promise<void> {
  const { pending } = client;
  if (pending === undefined) return;
  client.pending = undefined;
  if (withinMs > 0) await Promise.race([pending.answer, new Promise((resolve) => setTimeout(resolve, withinMs))]);
  pending.leave();
  const answer = await pending.answer;
  if (answer === undefined || lose) return;
  client.seen.push(...answer.seen);
  client.cursor = answer.cursor;
}

async function seeThrough(tasks: readonly Submitted[], client: Client): Promise<void> {
  await receive(client, false, 0);
  const ways: Way[] = ['json', 'events', 'stream'];
  for (let turn = 0; ; turn += 1) {
    const { answer } = ask(tasks, { way: ways[turn % ways.length] ?? 'json', wait: 25 }, client.cursor);
    const given = await answer;
    if (given === undefined) return;
    client.seen.push(...given.seen);
    client.cursor = given.cursor;
  }
}

function ask(
  tasks: readonly Submitted[],
  { way, wait }: { way: Way; wait: number },
  cursor: string | undefined,
): NonNullable<Client['pending']> {
  const [only, ...others] = tasks;
  const part = way === 'stream' ? 'stream' : 'events';
  const base =
    others.length === 0
      ? `/api/v1/status/tasks/${only?.taskId}/${part}?`
      : `/api/v1/status/${part}?${tasks.map(({ taskId }) => `task_id=${taskId}`).join('&')}&`;
  const path = `${base}${way === 'stream' ? '' : `wait=${wait}`}`;
  return way === 'stream' ? openStream(path, cursor) : openPoll(path, way, cursor);
}

function openPoll(path: string, way: Way, cursor: string | undefined): NonNullable<Client['pending']> {
  const controller = new AbortController();
  const headers = {
    ...(cursor !== undefined && { 'last-event-id': cursor }),
    accept: way === 'json' ? 'application/json' : 'text/event-stream',
  };
  const run = async (): Promise<Answer> => {
    try {
      const response = await fetch(`http://127.0.0.1:${server.port}${path}`, { headers, signal: controller.signal });
      if (response.status === 204) return undefined;
      expect(response.status).toBe(200);
      const text = await response.text();
      return way === 'json' ? readJson(text) : readFrames(text, cursor);
    } catch (error) {
      if (!controller.signal.aborted) throw error;
      return { seen: [], cursor };
    }
  };
  return { answer: run(), leave: () => controller.abort() };
}

function readJson(text: string): Answer {
  const page = JSON.parse(text) as {
    events: { id: string; event: TaskEvent['type']; data: TaskEvent['data'] }[];
    last_event_id: string;
  };
  const seen = page.events.map(({ id, event: type, data }) => ({ id, event: { type, data } as TaskEvent }));
  if (seen.length > 0) expect(page.last_event_id).toBe(seen.at(-1)?.id);
  return { seen, cursor: page.last_event_id };
}

function readFrames(text: string, cursor: string | undefined): Answer {
  const seen: Seen[] = [];
  const parser = createParser({
    onEvent: ({ event: type, id = '', data }) => {
      seen.push({ id, event: { type, data: JSON.parse(data) as unknown } as TaskEvent });
    },
  });
  parser.feed(text);
  return { seen, cursor: seen.at(-1)?.id ?? cursor };
}

function openStream(path: string, cursor: string | undefined): NonNullable<Client['pending']> {
  let listener: Listener | undefined;
  let left = false;
  const run = async (): Promise<Answer> => {
    listener = await listen(server, path, cursor === undefined ? {} : { headers: { 'last-event-id': cursor } });
    if (left) listener.abort();
    await listener.closed;
    if (listener.status === 204) return undefined;
    const seen = listener.events.map(({ id, event }) => ({ id, event }));
    return { seen, cursor: seen.at(-1)?.id ?? cursor };
  };
  const answer = run();
  return {
    answer,
    leave: () => {
      left = true;
      listener?.abort();
    },
  };
}
