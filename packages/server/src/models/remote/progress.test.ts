import { describe, expect, it } from 'vitest';
import type { ModelReport } from '../contract.ts';
import { createReports } from './progress.ts';

function setUp(typicalSeconds: number | null = null) {
  const sent: ModelReport[] = [];
  const clock = { ms: 0 };
  const reports = createReports({
    provider: 'Simulated',
    report: (report) => void sent.push(report),
    typicalSeconds,
    now: () => clock.ms,
  });
  return { sent, clock, reports, last: () => sent.at(-1) };
}

describe('the progress at a provider', () => {
  it('goes by the percentages that the provider says, forward alone', () => {
    const { reports, last } = setUp();
    reports.uploading();
    reports.update({ state: 'queued', position: 3 });
    expect(last()).toMatchObject({
      stage: 'queue',
      message: {
        text: 'Waiting in the queue at Simulated, number 3',
        id: 'provider.queued_at',
        values: { provider: 'Simulated', position: 3 },
      },
    });
    reports.update({ state: 'running', fraction: 0.5 });
    const half = last()?.fraction ?? 0;
    expect(last()?.message.text).toBe('Simulated is making the model: 50%');
    reports.update({ state: 'running', fraction: 0.03 });
    reports.update({ state: 'queued' });
    expect(last()?.fraction).toBe(half);
  });

  it('goes by the usual time where there are none, and never arrives', () => {
    const { reports, last, clock } = setUp(10);
    reports.update({ state: 'running' });
    const fractions: number[] = [];
    for (clock.ms = 0; clock.ms <= 600_000; clock.ms += 1000) {
      reports.tick();
      fractions.push(last()?.fraction ?? 0);
    }
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    expect(fractions[10]).toBeGreaterThan(0.6);
    expect(fractions.at(-1)).toBeLessThan(0.9);
    reports.fetching();
    expect(last()?.fraction).toBeLessThan(1);
  });

  it('reports nothing by the time before the model runs', () => {
    const { sent, reports, clock } = setUp(1);
    clock.ms = 60_000;
    reports.tick();
    expect(sent).toEqual([]);
  });
});
