import { describe, expect, it } from 'vitest';
import { fileOf, setUp } from './bench.ts';
import { falKey } from './server.ts';

describe('the money', () => {
  it('is counted for each file', async () => {
    const bench = await setUp();
    const file = fileOf(await bench.ended(await bench.upload()));
    expect(file.result?.cost).toEqual({ units: 1, unit: 'generations', amount: 0.02, currency: 'USD' });
    const unknown = fileOf(await bench.ended(await bench.upload({ model: 'fal-ai/triposr' })));
    expect(unknown.result?.cost).toMatchObject({ units: 1, amount: null });
  });

  it('stops at the limit of the day, over a restart too', async () => {
    const bench = await setUp({}, { FAL_DAILY_LIMIT_USD: '0.05' });
    const job = await bench.ended(await bench.upload({}, 5));
    const files = job.tasks.at(-1)?.files ?? [];
    expect(files.filter(({ status }) => status === 'completed')).toHaveLength(2);
    for (const { details } of files.filter(({ status }) => status === 'failed')) {
      expect(details).toMatchObject({ code: 'DAILY_LIMIT_REACHED', attempts: 1 });
    }
    const next = await bench.restart();
    const later = fileOf(await next.ended(await next.upload()));
    expect(later.details).toMatchObject({ code: 'DAILY_LIMIT_REACHED' });
    expect(bench.fal.ledger().submits).toHaveLength(2);
  });

  it('is not risked on a model whose price is unknown, where there is a limit', async () => {
    const bench = await setUp({}, { FAL_DAILY_LIMIT_USD: '5' });
    const file = fileOf(await bench.ended(await bench.upload({ model: 'fal-ai/triposr' })));
    expect(file.details).toMatchObject({ code: 'DAILY_LIMIT_REACHED' });
    expect(bench.fal.ledger().submits).toEqual([]);
  });

  it('is given free again by what was not charged', async () => {
    const bench = await setUp({}, { FAL_DAILY_LIMIT_USD: '0.02' });
    bench.fal.planNext({ outcome: { kind: 'request-error', type: 'runner_server_error' } });
    expect(fileOf(await bench.ended(await bench.upload())).status).toBe('completed');
  });
});

describe('a key', () => {
  it('that is refused is reported at once and once', async () => {
    const bench = await setUp({}, { FAL_KEY: 'stale-id:stale-secret' });
    const job = await bench.ended(await bench.upload({}, 25));
    const files = job.tasks.at(-1)?.files ?? [];
    expect(new Set(files.map(({ details }) => details?.code))).toEqual(new Set(['PROVIDER_KEY_REFUSED']));
    expect(files.every(({ details }) => details?.attempts === 1)).toBe(true);
    // Those that were under way together, and the question for the prices.
    expect(bench.fal.ledger().unauthorised).toBeLessThanOrEqual(9);
    const reports = bench.log.filter((line) => line.includes('"level":50') && line.includes('PROVIDER_KEY_REFUSED'));
    expect(reports).toHaveLength(1);
    const health = (await (await fetch(`${bench.server.address}/api/v1/health`)).json()) as object;
    expect(health).toMatchObject({ status: 'ok', checks: { fal: { status: 'failing' } } });
    expect((await fetch(`${bench.server.address}/api/v1/health/readiness`)).status).toBe(200);
  });

  it('never appears in a log, an error, an event or a file', async () => {
    const bench = await setUp({}, { FAL_KEY: 'stale-id:stale-secret' });
    const jobs = [JSON.stringify(await bench.ended(await bench.upload()))];
    const good = await setUp({ plan: { outcome: { kind: 'request-error', type: 'internal_error' } } });
    good.fal.fault({ at: 'submit', kind: 'cut-after' });
    jobs.push(JSON.stringify(await good.ended(await good.upload({}, 3))));
    const all = [...bench.log, ...good.log, ...jobs].join('\n');
    expect(all.length).toBeGreaterThan(5000);
    for (const secret of ['stale-secret', falKey, 'simulated-secret', 'authorization'])
      expect(all).not.toContain(secret);
  });
});
