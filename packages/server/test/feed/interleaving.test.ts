import fc from 'fast-check';
import { beforeEach, expect, test } from 'vitest';
import { completed, eventually, expectWhole, resume, startFeed } from './support.ts';
import type { FeedServer, Listener, Received, Submitted } from './support.ts';

let server: FeedServer;
beforeEach(async () => {
  server = await startFeed({ maxStreamsPerKey: 100_000 });
});

/** A client as a browser is one: it comes back with the id of the last event that it has seen. */
interface Client {
  events: Received[];
  connection: Promise<Listener | undefined>;
}

type Step =
  | { do: 'report'; file: number; times: number }
  | { do: 'end'; file: number; how: 'completed' | 'failed' }
  | { do: 'cancel' }
  | { do: 'connect' }
  | { do: 'leave'; client: number }
  | { do: 'return'; client: number }
  | { do: 'turn' };

const files = 3;
const client = fc.nat(5);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('report' as const),
      file: fc.nat(files - 1),
      times: fc.integer({ min: 1, max: 40 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('end' as const),
      file: fc.nat(files - 1),
      how: fc.constantFrom('completed' as const, 'failed' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel' as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('connect' as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('leave' as const), client }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('return' as const), client }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('turn' as const) }) },
);

test('whatever writers and clients do at once, each client sees each change in order and the ending once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      const task = await server.submit(files);
      await task.claim();
      const clients: Client[] = [newClient(task)];
      for (const one of steps) await take(one, task, clients);
      await task.finish();
      // Whoever is away comes back; whoever is there sees it through.
      await Promise.all(clients.map((one) => seeThrough(task, one)));
      for (const { events } of clients) {
        const seen = events.map(({ event }) => event);
        expect(events.map(({ id }) => Number(id))).toEqual(seen.map(({ data }) => data.sequence));
        await expectWhole(server.engine, task.taskId, seen);
      }
      await eventually(() => server.hub.stats().open === 0);
      expect(server.hub.stats()).toMatchObject({ tasks: 0, waiting: 0 });
    }),
    { numRuns: 60 },
  );
});

async function take(one: Step, task: Submitted, clients: Client[]): Promise<void> {
  const lease = 'file' in one ? task.leases[one.file] : undefined;
  switch (one.do) {
    case 'report':
      for (let time = 0; time < one.times; time += 1) await task.report(time, `Step ${time}`, one.file);
      break;
    case 'end':
      if (lease === undefined) break;
      await server.engine.finish(
        lease.token,
        one.how === 'completed'
          ? completed(lease)
          : { status: 'failed', error: { text: 'No.' }, details: { code: 'GENERATION_FAILED' } },
      );
      break;
    case 'cancel':
      await server.engine.cancel(task.taskId, task.leases[0]?.file.fileId);
      break;
    case 'connect':
      // Not waited for: what comes next happens while it opens.
      clients.push(newClient(task));
      break;
    case 'leave':
      (await clients[one.client]?.connection)?.abort();
      break;
    case 'return': {
      const known = clients[one.client];
      if (known !== undefined) await comeBack(task, known);
      break;
    }
    case 'turn':
      await new Promise((resolve) => setImmediate(resolve));
  }
}

function newClient(task: Submitted): Client {
  const events: Received[] = [];
  return { events, connection: resume(server, task.path, events) };
}

/** Leaves, keeps what it has seen, and asks for the rest. */
async function comeBack(task: Submitted, one: Client): Promise<void> {
  const listener = await one.connection;
  listener?.abort();
  await listener?.closed;
  one.events.push(...(listener?.events ?? []));
  one.connection = resume(server, task.path, one.events);
}

async function seeThrough(task: Submitted, one: Client): Promise<void> {
  let listener = await one.connection;
  while (listener !== undefined) {
    await listener.closed;
    one.events.push(...listener.events);
    one.connection = resume(server, task.path, one.events);
    listener = await one.connection;
  }
}
