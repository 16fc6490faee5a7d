import { describe, expect, it } from 'vitest';
import { freePort } from '../../../../../scripts/test/free-port.ts';
import { fileOf, setUp } from './bench.ts';
import type { ProviderServerOptions } from '../types.ts';

describe('webhooks', () => {
  async function setUpPublic(options: ProviderServerOptions) {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    return { ...(await setUp(options, { PORT: String(port), PUBLIC_URL: url })), url };
  }
  const outcomes = (log: readonly string[]) =>
    log
      .filter((line) => line.includes('a webhook came'))
      .flatMap((line) => /"outcome":"(\w+)"/.exec(line)?.[1] ?? [])
      .toSorted();

  it('wake who waits, and are accepted once', async () => {
    const bench = await setUpPublic({ plan: { runMs: 50 } });
    // Nothing else would report it before the test is over.
    bench.fal.fault({ at: 'stream', kind: 'hang-before', times: 9 });
    bench.fal.fault({ at: 'webhook', kind: 'webhook-twice' });
    const upload = await bench.upload();
    expect(fileOf(await bench.ended(upload)).status).toBe('completed');
    const { submits } = bench.fal.ledger();
    expect(submits).toMatchObject([{ webhook: `${bench.url}/api/v1/webhooks/fal` }]);
  });

  it.each(['webhook-forged', 'webhook-old'] as const)('are refused where they are no good (%s)', async (kind) => {
    const bench = await setUpPublic({});
    bench.fal.fault({ at: 'webhook', kind });
    expect(fileOf(await bench.ended(await bench.upload())).status).toBe('completed');
    await bench.fal.until(() => outcomes(bench.log).length > 0);
    expect(outcomes(bench.log)).toEqual([kind === 'webhook-old' ? 'late' : 'forged']);
  });

  it('are not there without a public address', async () => {
    const bench = await setUp();
    const answer = await fetch(`${bench.server.address}/api/v1/webhooks/fal`, { method: 'POST', body: '{}' });
    expect(answer.status).toBe(404);
  });
});
