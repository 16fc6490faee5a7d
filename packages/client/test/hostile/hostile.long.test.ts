import { afterAll, beforeAll, expect, test } from 'vitest';
import { startFeedServer } from '../support/feed-server.ts';
import { between, pick, seededRandom } from '../../../../scripts/test/seeded-random.ts';
import type { Random } from '../../../../scripts/test/seeded-random.ts';
import { TaskLog } from '../support/task-log.ts';
import { openAccounts } from './accounts.ts';
import type { Account } from './accounts.ts';
import { drivers, startDriver } from './drivers.ts';
import { faults } from './faults.ts';
import { startHostileProxy } from './proxy.ts';

const runs = 300;
const concurrency = 12;
/** A run that takes longer has failed. */
const deadlineMs = 20_000;

let accounts: ReturnType<typeof openAccounts>;
beforeAll(() => {
  accounts = openAccounts();
});
afterAll(() => accounts.close());

test(`${runs} runs through a hostile network each end once, with the server's state, and leave nothing open`, async () => {
  const injected = new Map<string, number>();
  let next = 1;
  const lane = async () => {
    while (next <= runs) {
      const seed = next++;
      const counts = await accounts.run((account) => hostileRun(seed, account));
      for (const [fault, count] of counts) injected.set(fault, (injected.get(fault) ?? 0) + count);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
  expect([...injected.keys()].sort(), 'every fault was injected').toEqual([...faults].sort());
}, 180_000);

async function hostileRun(seed: number, account: Account): Promise<Map<string, number>> {
  const random = seededRandom(seed);
  const task = new TaskLog(between(random, 1, 5), pick(random, [0, 5, 1000]));
  const server = await startFeedServer([task], { keys: new Set(['key']) });
  const proxy = await startHostileProxy(server.port, random);
  const driver = pick(random, Object.keys(drivers));
  const seen = startDriver(driver, task.taskId, {
    baseUrl: proxy.baseUrl,
    apiKey: 'key',
    refreshAuth: () => 'key',
    stallMs: 100,
    backoff: { baseMs: 1, capMs: 8, random },
  });
  const deadline = setTimeout(() => seen.stop('deadline'), deadlineMs);
  await work(task, random);
  const outcome = await seen.ended;
  clearTimeout(deadline);
  const { state, sequences, endings } = seen;
  const run = `seed ${seed}, ${driver}`;
  expect(outcome, `${run}: ended without error`).toBeUndefined();
  expect(state, `${run}: the client's state is the server's`).toEqual(task.state);
  expect(endings, `${run}: one ending`).toBe(1);
  expect(sequences, `${run}: in order, none twice`).toEqual([...new Set(sequences)].sort((a, b) => a - b));
  await until(() => proxy.sockets.size === 0 && server.sockets.size === 0);
  expect([proxy.sockets.size, server.sockets.size, task.readers], `${run}: open sockets`).toEqual([0, 0, 0]);
  await Promise.all([proxy.close(), server.close()]);
  expect(account.listeners.size, `${run}: listeners`).toBe(0);
  expect(account.timers.size, `${run}: timers`).toBe(0);
  return proxy.counts;
}

/** Up to a few hundred changes in bursts, then the last event. */
async function work(task: TaskLog, random: Random): Promise<void> {
  const steps = between(random, 5, 40);
  for (let step = 1; step <= steps; step++) {
    for (let burst = between(random, 1, 6); burst > 0; burst--) {
      if (random() < 0.3) task.progress((90 * step) / steps);
      else task.file(between(random, 0, task.fileIds.length - 1), 'processing', (90 * step) / steps);
    }
    if (random() < 0.05) accounts.dispatch('online');
    await new Promise((resolve) => setTimeout(resolve, between(random, 0, 4)));
  }
  for (const index of task.fileIds.keys()) task.file(index, 'completed', 100);
  pick(random, [() => task.complete(), () => task.complete(), () => task.fail(), () => task.cancel()])();
}

/** Waits until the kernel has reported closed sockets. */
async function until(done: () => boolean): Promise<void> {
  for (let turn = 0; turn < 500 && !done(); turn++) await new Promise((resolve) => setTimeout(resolve, 2));
}
