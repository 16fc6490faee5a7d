import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServer } from '../../../../e2e/support/server.ts';
import type { RunningServer } from '../../../../e2e/support/server.ts';
import { ApiService, combineTasks, createProgressStore } from '../../src/index.ts';
import { disc } from '../support/png.ts';
import { between, pick, seededRandom } from '../../../../scripts/test/seeded-random.ts';
import { drivers, startDriver } from './drivers.ts';
import { startHostileProxy } from './proxy.ts';

const followersPerTask = 8;

let server: RunningServer;
beforeAll(async () => {
  server = await startServer({ API_KEYS: 'key' });
});
afterAll(() => server.close());

test.for([1, 2, 3])('clients of the real server behind a hostile network (seed %i)', async (seed) => {
  const random = seededRandom(seed);
  const api = new ApiService({ baseUrl: server.url, apiKey: 'key' });
  const colours = [180, 60, 120].slice(0, between(random, 1, 3)).map((red) => disc(64, [red, 90, 40]));
  const upload = await api.uploadBatch(colours, { faceLimit: 500 });
  if (!upload.success) throw upload.cause;
  const followers = await Promise.all(
    Array.from({ length: followersPerTask }, async (_, index) => {
      const own = seededRandom(seed * 1000 + index);
      const proxy = await startHostileProxy(Number(new URL(server.url).port), own);
      const driver = pick(own, Object.keys(drivers));
      const seen = startDriver(driver, upload.taskId, {
        baseUrl: proxy.baseUrl,
        apiKey: 'key',
        refreshAuth: () => 'key',
        stallMs: 400,
        backoff: { baseMs: 5, capMs: 50, random: own },
      });
      return { proxy, seen, driver };
    }),
  );
  for (const { proxy, seen, driver } of followers) {
    expect(await seen.ended, `${driver}: ended without error`).toBeUndefined();
    const now = await api.getJobStatus(upload.taskId);
    if (!now.success) throw now.cause;
    const { status, progress, current, total, sequence, files, result } = now;
    const known = JSON.stringify({ status, progress, current, total, sequence, files, result });
    // Addresses begin with that of the server as each client knows it.
    expect(seen.state, driver).toMatchObject(JSON.parse(known.replaceAll(server.url, proxy.baseUrl)) as object);
    expect([status, seen.endings], driver).toEqual(['completed', 1]);
    expect(seen.sequences, driver).toEqual([...new Set(seen.sequences)].sort((a, b) => a - b));
    await expect.poll(() => proxy.sockets.size, { timeout: 5_000 }).toBe(0);
    await proxy.close();
  }
});

test('many tasks of the real server share one connection, one of them added later', async () => {
  const api = new ApiService({ baseUrl: server.url, apiKey: 'key', open: combineTasks() });
  const follow = async (red: number) => {
    const upload = await api.uploadBatch([disc(64, [red, 90, 40])], { faceLimit: 500 });
    if (!upload.success) throw upload.cause;
    const store = createProgressStore(upload.taskId, api.streamOptions());
    store.subscribe(() => undefined);
    return { store, taskId: upload.taskId };
  };
  const followed = await Promise.all([follow(10), follow(20)]);
  await expect.poll(() => followed[0]?.store.getSnapshot().connection).toBe('open');
  followed.push(await follow(30));
  for (const { store, taskId } of followed) {
    await expect.poll(() => store.getSnapshot().connection, { timeout: 30_000 }).toBe('closed');
    const now = await api.getJobStatus(taskId);
    if (!now.success) throw now.cause;
    const { status, progress, sequence, files, result } = now;
    expect(status).toBe('completed');
    expect(store.getSnapshot().task).toMatchObject({ status, progress, sequence, files, result });
    expect(store.getSnapshot().error).toBeUndefined();
  }
});

test('a client misses nothing when the real server is killed and restarted', async () => {
  const api = new ApiService({ baseUrl: server.url, apiKey: 'key', backoff: { baseMs: 50, capMs: 200 } });
  const upload = await api.uploadBatch([disc(512, [90, 20, 40]), disc(512, [20, 90, 40])], { faceLimit: 500 });
  if (!upload.success) throw upload.cause;
  const seen = startDriver('stream', upload.taskId, api.streamOptions());
  await expect.poll(() => seen.sequences.length, { interval: 5 }).toBeGreaterThan(0);
  await server.stop('SIGKILL');
  await server.restart();
  expect(await seen.ended).toBeUndefined();
  const now = await api.getJobStatus(upload.taskId);
  if (!now.success) throw now.cause;
  const { status, progress, sequence, files } = now;
  expect(seen.state).toMatchObject({ status, progress, sequence, files });
  expect([status, seen.endings]).toEqual(['completed', 1]);
});
