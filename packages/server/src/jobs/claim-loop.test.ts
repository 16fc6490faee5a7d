import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createClaimLoop } from './claim-loop.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('makes one claim at a time, and looks again for what came meanwhile', async () => {
  const answers: ((isClaimed: boolean) => void)[] = [];
  const claim = () => new Promise<boolean>((resolve) => answers.push(resolve));
  const loop = createClaimLoop({ claim, onError: () => undefined });
  loop.notify();
  loop.notify();
  expect(answers).toHaveLength(1);
  for (const isClaimed of [true, false, false]) {
    answers.at(-1)?.(isClaimed);
    await vi.advanceTimersByTimeAsync(0);
  }
  // One that found something, one that found nothing, and one more for the second notification.
  expect(answers).toHaveLength(3);
  loop.notify();
  expect(answers).toHaveLength(4);
});

it('claims again a second after a claim that failed, and nothing once it is closed', async () => {
  const at: number[] = [];
  const errors: unknown[] = [];
  const claim = async (): Promise<boolean> => {
    at.push(Date.now());
    throw new Error('The engine is away');
  };
  const loop = createClaimLoop({ claim, onError: (error) => errors.push(error) });
  loop.notify();
  await vi.advanceTimersByTimeAsync(2000);
  expect(at.map((time) => time - (at[0] ?? 0))).toEqual([0, 1000, 2000]);
  expect(errors).toHaveLength(3);
  await loop.close();
  loop.notify();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(at).toHaveLength(3);
  expect(vi.getTimerCount()).toBe(0);
});
