import { describe, expect, it } from 'vitest';
import type { ModelReport } from '../contract.ts';
import { createFalProgress, readStatus } from './progress.ts';
import type { FalStatus } from './progress.ts';

function setUp(typicalSeconds?: number) {
  const reports: ModelReport[] = [];
  const clock = { ms: 0 };
  const progress = createFalProgress(
    (report) => reports.push(report),
    typicalSeconds,
    () => clock.ms,
  );
  const see = (value: unknown) => progress.saw(readStatus(value) as FalStatus);
  return { reports, clock, progress, see, last: () => reports.at(-1) };
}

describe('the progress at fal', () => {
  it('goes by the percentages of the log, forward alone', () => {
    const { see, last, progress } = setUp();
    progress.uploading();
    see({ status: 'IN_QUEUE', queue_position: 2 });
    expect(last()).toMatchObject({ stage: 'queue', message: 'Waiting in the queue of fal.ai, place 3' });
    see({ status: 'IN_PROGRESS', logs: [{ message: 'Sampling:  50%|█████     | 25/50' }] });
    const half = last()?.fraction ?? 0;
    expect(last()?.message).toBe('fal.ai makes the model: 50 %');
    see({ status: 'IN_PROGRESS', logs: [{ message: 'Texturing: 3%' }] });
    see({ status: 'IN_QUEUE' });
    expect(last()?.fraction).toBe(half);
  });

  it('goes by the usual time where there are none, and never arrives', () => {
    const { see, last, clock, progress } = setUp(10);
    see({ status: 'IN_PROGRESS', logs: null });
    const fractions: number[] = [];
    for (clock.ms = 0; clock.ms <= 600_000; clock.ms += 1000) {
      progress.tick();
      fractions.push(last()?.fraction ?? 0);
    }
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    expect(fractions[10]).toBeGreaterThan(0.6);
    expect(fractions.at(-1)).toBeLessThan(0.9);
    progress.fetching();
    expect(last()?.fraction).toBeLessThan(1);
  });

  it('tells nothing by the time before the model runs', () => {
    const { reports, progress, clock } = setUp(1);
    clock.ms = 60_000;
    progress.tick();
    expect(reports).toEqual([]);
  });

  it('takes a status for what it can be', () => {
    for (const value of [null, 7, 'COMPLETED', {}, { status: 'FAILED' }]) expect(readStatus(value)).toBeUndefined();
    expect(readStatus({ status: 'IN_QUEUE', queue_position: -1 })?.queuePosition).toBeUndefined();
    expect(readStatus({ status: 'COMPLETED', metrics: { inference_time: 4.5 } })).toMatchObject({
      seconds: 4.5,
      error: undefined,
    });
    expect(readStatus({ status: 'COMPLETED', error: 'x', error_type: 'request_timeout' })?.error).toEqual({
      type: 'request_timeout',
    });
    const odd = [{ message: '1234% of 7' }, { message: 5 }, 'x', { message: '101 %' }];
    expect(readStatus({ status: 'IN_PROGRESS', logs: odd })?.percent).toBeUndefined();
  });
});
