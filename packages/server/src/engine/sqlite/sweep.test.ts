import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { complete, failure, mustClaim } from '../../../test/engine/harness.ts';
import { events, newJob } from '../../../test/support/jobs.ts';
import { createSqliteEngine } from './engine.ts';

// What only the embedded engine promises; the rest is in the contract suite.
describe('the sweep', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] }));
  afterEach(() => void vi.useRealTimers());

  const open = () => createSqliteEngine({ file: ':memory:', now: () => Date.now() });
  const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

  it('lets a worker renew first when the whole process stood still', async () => {
    const engine = await open();
    await engine.submit(newJob(1));
    const { token } = await mustClaim(engine, 1000);
    await pass(0);
    // The clock went on for a minute and no timer rang.
    vi.setSystemTime(Date.now() + 60_000);
    await pass(1000);
    expect(await engine.renew([token], 1000)).toEqual([]);
    await pass(900);
    expect(await engine.finish(token, failure)).toBe(true);
    await engine.close();
  });

  it('lets a worker renew first when the time of the store jumps, as over sleep, and something else comes due', async () => {
    let sleptMs = 0;
    const engine = await createSqliteEngine({ file: ':memory:', now: () => Date.now() + sleptMs });
    for (let job = 0; job < 3; job += 1) await engine.submit(newJob(1));
    // Positions are due in a quarter of a second.
    const { token } = await mustClaim(engine, 8000);
    sleptMs = 24 * 3_600_000;
    // A quarter of a lease, as workers renew.
    await pass(2000);
    expect(await engine.renew([token], 8000)).toEqual([]);
    await pass(7900);
    expect(await engine.finish(token, failure)).toBe(true);
    await engine.close();
  });

  it('has no timer running when nothing is due', async () => {
    const engine = await open();
    await pass(1);
    expect(vi.getTimerCount()).toBe(0);
    await engine.submit(newJob(1));
    const lease = await mustClaim(engine, 1000);
    expect(vi.getTimerCount()).toBe(1);
    await complete(engine, lease);
    await pass(10 * 60_000);
    expect(vi.getTimerCount()).toBe(0);
    await engine.close();
  });

  it('rings once for a cleanup that nobody claims', async () => {
    const engine = await open();
    let rung = 0;
    engine.onWork(() => (rung += 1));
    await engine.addCleanup({ type: 'cancel_remote_job', model: 'gone', remembered: 1 }, 5000);
    expect(vi.getTimerCount()).toBe(1);
    await pass(60_000);
    expect(rung).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
    await engine.close();
  });

  it('serves more waiting tasks than are kept in memory, each in its turn', async () => {
    const engine = await open();
    const jobs = Array.from({ length: 600 }, () => newJob(1));
    for (const job of jobs) await engine.submit(job);
    for (const job of jobs) {
      const lease = await mustClaim(engine);
      expect(lease.taskId).toBe(job.taskId);
      await engine.release(lease.token);
    }
    const again = await mustClaim(engine);
    expect(again).toMatchObject({ taskId: jobs[0]?.taskId, attempt: 2 });
    expect(events(await engine.entries(again.taskId, 0)).map(({ data }) => data.sequence)).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8,
    ]);
    await engine.close();
  });

  it('tells a long queue where it stands without doing all of it at once', async () => {
    const engine = await open();
    const jobs = Array.from({ length: 200 }, () => newJob(1));
    for (const job of jobs) await engine.submit(job);
    await mustClaim(engine);
    // What the claim wrote has been handed out by then.
    await engine.unknownJobs([]);
    let told = 0;
    for (const job of jobs) await engine.subscribe(job.taskId, () => (told += 1));
    await pass(250);
    await engine.unknownJobs([]);
    expect(told).toBeGreaterThan(0);
    expect(told).toBeLessThanOrEqual(30);
    await pass(10_000);
    for (const [index, job] of jobs.entries()) {
      if (index === 0) continue;
      expect(events(await engine.entries(job.taskId)).at(-1)?.data).toMatchObject({ queue_position: index });
    }
    await engine.close();
  });
});
