import type { Price } from '@image2model/protocol';
import { z } from 'zod';
import { waitWithin } from '../../wait-within.ts';
import type { FalClient } from './client.ts';
import { backOff } from '../remote/backoff.ts';
import type { Prices } from '../remote/ledger.ts';

const freshMs = 3_600_000;
/** Nobody waits longer for prices: one that is not there yet counts as not known. */
const maxWaitMs = 3000;
/** Where fal does not answer, it is not asked again before so many ms. */
const againMs = 60_000;
const maxAttempts = 4;

const answerSchema = z.object({
  prices: z.array(
    z.object({
      endpoint_id: z.string(),
      unit_price: z.number().nonnegative().max(1e6),
      unit: z.string().max(60).default('requests'),
      currency: z
        .string()
        .regex(/^[A-Z]{3}$/)
        .default('USD'),
    }),
  ),
});

/**
 * Prices by fal's own route (`GET /v1/models/pricing`), kept for an hour. One question for all models, at most one at
 * a time; a price once known stays until a newer one comes.
 */
export function createFalPrices(
  client: FalClient,
  models: readonly string[],
  log: { warn(details: object, message: string): void },
): Prices {
  const known = new Map<string, Price>();
  let asking: Promise<void> | undefined;
  /** By `performance.now`. */
  let askAgainAt = 0;

  async function askFor(some: readonly string[]): Promise<number> {
    const { status, body } = await client.prices(some);
    const parsed = status === 200 ? answerSchema.safeParse(body) : undefined;
    if (parsed?.success !== true) return status;
    for (const { endpoint_id: id, unit_price: amount, unit, currency } of parsed.data.prices) {
      if (some.includes(id)) known.set(id, { amount, currency, unit });
    }
    askAgainAt = performance.now() + freshMs;
    return status;
  }

  /** The status of an answer; a bad moment of fal's is waited out, or a minute would go by without a price. */
  async function askPatiently(): Promise<number> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const status = await askFor(models);
        if (attempt === maxAttempts || (status < 500 && status !== 429)) return status;
      } catch (error) {
        if (attempt === maxAttempts) throw error;
      }
      await backOff(attempt - 1, client.timings, client.closing);
    }
  }

  async function ask(): Promise<void> {
    askAgainAt = performance.now() + againMs;
    try {
      const status = await askPatiently();
      // One model that fal does not know spoils the question for all.
      if (status === 400 || status === 404 || status === 422) for (const model of models) await askFor([model]);
      if (status === 401 || status === 403) {
        log.warn({ status }, 'fal.ai refuses to name its prices to this key; `image2model fal check` says more');
      } else if (known.size === 0) {
        log.warn({ status }, 'fal.ai does not name its prices');
      }
    } catch (error) {
      if (!client.closing.aborted) log.warn({ err: error }, 'fal.ai cannot be asked for its prices');
    }
  }

  return {
    of: (model) => known.get(model) ?? null,
    async ready() {
      if (asking === undefined && performance.now() >= askAgainAt) {
        asking = ask().finally(() => {
          asking = undefined;
        });
      }
      if (asking !== undefined) await waitWithin(maxWaitMs, asking);
    },
  };
}
