import { expect, it, onTestFinished, vi } from 'vitest';
import { createSqliteEngine } from './engine.ts';

it('keeps what was spent today though the clock is years ahead for a while', async () => {
  const engine = await createSqliteEngine({ file: ':memory:' });
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(async () => {
    vi.useRealTimers();
    await engine.close();
  });
  const reserve = (key: string) =>
    engine.reserve({ key, provider: 'fal', model: 'm', currency: 'USD', micros: 60 }, 100);
  const today = Date.now();
  expect(await reserve('first')).toBe(true);
  vi.setSystemTime(today + 4 * 365 * 24 * 3_600_000);
  expect(await reserve('second')).toBe(true);
  vi.setSystemTime(today);
  expect(await engine.spent('fal', 'USD')).toBe(60);
  expect(await reserve('third')).toBe(false);
});
