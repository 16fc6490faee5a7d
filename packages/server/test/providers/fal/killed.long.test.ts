import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Upload } from '@image2model/protocol';
import { picture, uploadForm } from '../../support/server.ts';
import { startProduct } from '../product.ts';
import type { Product } from '../product.ts';
import type { ProviderServerOptions } from '../types.ts';
import { falKey, startFalServer } from './server.ts';

/** Longer than a cleanup belongs to a process that died while it was at it. */
const longerThanALeaseMs = 90_000;

/** A whole server in a process of its own, beside a stand-in that outlives it, with one photo uploaded. */
async function setUp(options: ProviderServerOptions) {
  const fal = await startFalServer(options);
  onTestFinished(() => fal.close());
  const product = await startProduct({ FAL_KEY: falKey, FAL_QUEUE_URL: fal.queueUrl, FAL_REST_URL: fal.restUrl });
  onTestFinished(() => product.close());
  return { fal, product };
}

async function upload(product: Product): Promise<Upload> {
  const body = uploadForm([['chair.png', await picture()]], { model: 'fal-ai/trellis' });
  return (await (await fetch(`${product.url}/api/v1/upload`, { method: 'POST', body })).json()) as Upload;
}

async function cancel(product: Product, { task_id: id }: Upload): Promise<void> {
  const answer = await fetch(`${product.url}/api/v1/status/tasks/${id}/cancel`, { method: 'POST' });
  expect(answer.status).toBeLessThan(300);
}

/** Resolves between two attempts of the server to reach fal. */
async function failedCancel(product: Product): Promise<void> {
  await vi.waitFor(() => expect(product.said()).toContain('A cleanup failed'), { timeout: 20_000, interval: 5 });
}

// Promised: A cancel reaches the provider even if the server is killed right after it.
describe('a cancel, where the server is killed', () => {
  it('before fal heard of it, reaches fal after the restart', { timeout: longerThanALeaseMs }, async () => {
    const { fal, product } = await setUp({ plan: { hold: 'queue' } });
    const uploaded = await upload(product);
    const { submits } = await fal.until((ledger) => ledger.calls.stream === 1);
    fal.fault({ at: 'cancel', kind: 'answer', status: 503, times: 2 });
    await cancel(product, uploaded);
    await failedCancel(product);
    await product.killAndRestart();
    const { cancels } = await fal.until((ledger) => ledger.cancels.length > 0);
    expect(cancels).toEqual([submits[0]?.requestId]);
    expect(fal.ledger()).toMatchObject({ submits: [{ cancelled: true, units: 0 }] });
  });

  it(
    'while its request is on the way, reaches fal after the restart too, once fal has named it',
    { timeout: longerThanALeaseMs },
    async () => {
      const { fal, product } = await setUp({ plan: { hold: 'queue' } });
      fal.fault({ at: 'submit', kind: 'slow', ms: 1500 });
      fal.fault({ at: 'cancel', kind: 'answer', status: 503, times: 2 });
      const uploaded = await upload(product);
      const { submits } = await fal.until((ledger) => ledger.submits.length === 1);
      await cancel(product, uploaded);
      await failedCancel(product);
      await product.killAndRestart();
      const { cancels } = await fal.until((ledger) => ledger.cancels.length > 0);
      expect(cancels).toEqual([submits[0]?.requestId]);
    },
  );
});
