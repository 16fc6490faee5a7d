import { describe, expect, it } from 'vitest';
import { progressOf, readStatus } from './status.ts';

describe("fal's status", () => {
  it('is read for what it can be', () => {
    for (const value of [null, 7, 'COMPLETED', {}, { status: 'FAILED' }]) expect(readStatus(value)).toBeUndefined();
    expect(readStatus({ status: 'IN_QUEUE', queue_position: -1 })?.queuePosition).toBeUndefined();
    expect(readStatus({ status: 'COMPLETED', metrics: { inference_time: 4.5 } })?.failed).toBe(false);
    expect(readStatus({ status: 'COMPLETED', error: 'x', error_type: 'request_timeout' })?.failed).toBe(true);
    const odd = [{ message: '1234% of 7' }, { message: 5 }, 'x', { message: '101 %' }];
    expect(readStatus({ status: 'IN_PROGRESS', logs: odd })?.percent).toBeUndefined();
  });

  it('says how far a request is: its place from 1, the highest percentage of its log', () => {
    const read = (value: unknown) => {
      const status = readStatus(value);
      return status && progressOf(status);
    };
    expect(read({ status: 'IN_QUEUE', queue_position: 2 })).toEqual({ state: 'queued', position: 3 });
    expect(read({ status: 'IN_QUEUE' })).toEqual({ state: 'queued', position: undefined });
    const logs = [{ message: 'Sampling:  50%|█████     | 25/50' }, { message: 'Texturing: 3%' }];
    expect(read({ status: 'IN_PROGRESS', logs })).toEqual({ state: 'running', fraction: 0.5 });
    expect(read({ status: 'IN_PROGRESS', logs: null })).toEqual({ state: 'running', fraction: undefined });
  });
});
