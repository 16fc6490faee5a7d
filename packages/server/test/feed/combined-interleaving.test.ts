import fc from 'fast-check';
import { beforeEach, expect, test } from 'vitest';
import { eventually, expectWhole, resume, startFeed } from './support.ts';
import type { FeedServer, Listener, Received, Submitted } from './support.ts';

let server: FeedServer;
beforeEach(async () => {
  server = await startFeed({ maxStreamsPerKey: 100_000 });
});

type Step =
  | { do: 'report'; task: number; times: number }
  | { do: 'end'; task: number }
  | { do: 'leave' }
  | { do: 'turn' };

const taskCount = 4;
const task = fc.nat(taskCount - 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('report' as const), task, times: fc.integer({ min: 1, max: 30 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('end' as const), task }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('leave' as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('turn' as const) }) },
);

test('whenever a client of many tasks leaves and comes back, it sees each change of each in order and each ending once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      const tasks = await Promise.all(Array.from({ length: taskCount }, () => server.submit(2)));
      for (const one of tasks) await one.claim();
      const seen: Received[] = [];
      let connection = open(tasks, seen);
      for (const one of steps) {
        if (one.do === 'leave') {
          const listener = await connection;
          listener?.abort();
          await listener?.closed;
          seen.push(...(listener?.events ?? []));
          connection = open(tasks, seen);
        } else {
          await write(one, tasks);
        }
      }
      for (const one of tasks) await one.finish();
      for (let listener = await connection; listener !== undefined; listener = await open(tasks, seen)) {
        await listener.closed;
        seen.push(...listener.events);
      }
      for (const { taskId } of tasks) {
        const events = seen.map(({ event }) => event).filter(({ data }) => data.task_id === taskId);
        await expectWhole(server.engine, taskId, events);
      }
      await eventually(() => server.hub.stats().open === 0);
      expect(server.hub.stats()).toMatchObject({ tasks: 0, waiting: 0 });
    }),
    { numRuns: 40 },
  );
});

async function write(one: Exclude<Step, { do: 'leave' }>, tasks: readonly Submitted[]): Promise<void> {
  switch (one.do) {
    case 'report':
      for (let time = 0; time < one.times; time += 1) await tasks[one.task]?.report(time, `Step ${time}`);
      break;
    case 'end':
      await tasks[one.task]?.finish();
      break;
    case 'turn':
      await new Promise((resolve) => setImmediate(resolve));
  }
}

async function open(tasks: readonly Submitted[], seen: readonly Received[]): Promise<Listener | undefined> {
  return await resume(
    server,
    `/api/v1/status/stream?${tasks.map(({ taskId }) => `task_id=${taskId}`).join('&')}`,
    seen,
  );
}
