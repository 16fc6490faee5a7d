import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ModelReport } from '../models/contract.ts';
import { createThrottle, reportEveryMs } from './throttle.ts';

const report = (stage: string, fraction: number): ModelReport => ({
  stage,
  fraction,
  message: { text: `${stage} ${fraction}` },
});

function setUp(write?: (report: ModelReport) => Promise<unknown>) {
  const written: string[] = [];
  const errors: unknown[] = [];
  const throttle = createThrottle(
    write ??
      (async (given) => {
        written.push(given.message.text);
      }),
    (error) => errors.push(error),
  );
  return { throttle, written, errors };
}

describe('the throttle', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('writes at most ten reports a second of one stage, the first and the last among them', async () => {
    const { throttle, written } = setUp();
    for (let step = 0; step < 1000; step += 1) {
      throttle.report(report('mesh', step));
      await vi.advanceTimersByTimeAsync(1);
    }
    await throttle.flush();
    expect(written[0]).toBe('mesh 0');
    expect(written.at(-1)).toBe('mesh 999');
    expect(written.length).toBeGreaterThanOrEqual(10);
    expect(written.length).toBeLessThanOrEqual(12);
  });

  it('writes a change of stage at once', async () => {
    const { throttle, written } = setUp();
    for (const stage of ['a', 'b', 'c']) {
      throttle.report(report(stage, 0));
      throttle.report(report(stage, 1));
      await vi.advanceTimersByTimeAsync(0);
    }
    expect(written).toEqual(['a 0', 'b 0', 'c 0']);
  });

  it('writes what it held back when its time comes, though nothing follows', async () => {
    const { throttle, written } = setUp();
    throttle.report(report('a', 0));
    throttle.report(report('a', 1));
    await vi.advanceTimersByTimeAsync(reportEveryMs - 1);
    expect(written).toEqual(['a 0']);
    await vi.advanceTimersByTimeAsync(1);
    expect(written).toEqual(['a 0', 'a 1']);
  });

  it('keeps the order and misses no stage while a write takes its time', async () => {
    const written: string[] = [];
    const { throttle } = setUp(async (given) => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      written.push(given.message.text);
    });
    for (const stage of ['a', 'b', 'c', 'd']) {
      for (let step = 0; step < 3; step += 1) throttle.report(report(stage, step));
    }
    await vi.advanceTimersByTimeAsync(1000);
    expect(written).toEqual(['a 0', 'b 2', 'c 2', 'd 2']);
  });

  it('goes on after a write that failed, in whatever way', async () => {
    let calls = 0;
    const { throttle, errors } = setUp((): Promise<unknown> => {
      calls += 1;
      if (calls === 1) throw new Error('at once');
      return calls === 2 ? Promise.reject(new Error('later')) : Promise.resolve();
    });
    for (const stage of ['a', 'b', 'c']) throttle.report(report(stage, 0));
    await throttle.flush();
    expect(calls).toBe(3);
    expect(errors).toHaveLength(2);
  });

  it('writes nothing once it was dropped', async () => {
    const { throttle, written } = setUp();
    throttle.report(report('a', 0));
    throttle.report(report('a', 1));
    throttle.drop();
    throttle.report(report('b', 0));
    await vi.advanceTimersByTimeAsync(1000);
    expect(written).toEqual(['a 0']);
    expect(vi.getTimerCount()).toBe(0);
  });
});
