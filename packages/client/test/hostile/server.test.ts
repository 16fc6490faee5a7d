import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServer } from '../../../../e2e/support/server.ts';
import type { RunningServer } from '../../../../e2e/support/server.ts';
import { ApiService } from '../../src/index.ts';
import { disc } from '../support/png.ts';
import { between, pick, seeded } from '../support/random.ts';
import { drivers, startDriver } from './drivers.ts';
import { startHostileProxy } from './proxy.ts';

const followersPerTask = 8;

let server: RunningServer;
beforeAll(async () => {
  server = await startServer({ API_KEYS: 'key' });
});
afterAll(() => server.close());

test.for([1, 2, 3])('the real server, its clients behind a hostile network (seed %i)', async (seed) => {
  const random = seeded(seed);
  const api = new ApiService({ baseUrl: server.url, apiKey: 'key' });
  const colours = [180, 60, 120].slice(0, between(random, 1, 3)).map((red) => disc(64, [red, 90, 40]));
  const upload = await api.uploadBatch(colours, { faceLimit: 500 });
  if (!upload.success) throw upload.cause;
  const followers = await Promise.all(
    Array.from({ length: followersPerTask }, async (_, index) => {
      const own = seeded(seed * 1000 + index);
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
    expect(seen.state, driver).toMatchObject({ status, progress, current, total, sequence, files, result });
    expect([status, seen.endings], driver).toEqual(['completed', 1]);
    expect(seen.sequences, driver).toEqual([...new Set(seen.sequences)].sort((a, b) => a - b));
    await expect.poll(() => proxy.sockets.size, { timeout: 5_000 }).toBe(0);
    await proxy.close();
  }
});
