import { describe, expect, it } from 'vitest';
import type { Price } from '@image2model/protocol';
import type { Reservation } from '../../engine/contract.ts';
import { costOf, createLedger } from './ledger.ts';

function setUp({ price, dailyLimit = null }: { price: Price | null; dailyLimit?: number | null }) {
  const reserved: [Reservation, number | null][] = [];
  const settled: [string, number][] = [];
  const ledger = createLedger({
    provider: { id: 'simulated', name: 'Simulated' },
    currency: 'credits',
    dailyLimit,
    prices: { of: () => price, ready: async () => undefined },
    engine: {
      async reserve(reservation, limitMicros) {
        reserved.push([reservation, limitMicros]);
        return limitMicros === null || reservation.micros <= limitMicros;
      },
      settle: async (key, micros) => void settled.push([key, micros]),
    },
  });
  return { ledger, reserved, settled };
}

const price = (amount: number, currency = 'credits'): Price => ({ amount, currency, unit: 'models' });

describe('the ledger of a provider', () => {
  it('reserves by provider and currency, and settles by what it came to', async () => {
    const { ledger, reserved, settled } = setUp({ price: price(20) });
    await ledger.reserve('key', 'model', 1.5, await ledger.priceOf('model'));
    await ledger.settle('key', 25);
    const reservation = { key: 'key', provider: 'simulated', model: 'model', currency: 'credits', micros: 30_000_000 };
    expect(reserved).toEqual([[reservation, null]]);
    expect(settled).toEqual([['key', 25_000_000]]);
  });

  it('counts what costs another currency in that one', async () => {
    const { ledger, reserved } = setUp({ price: price(0.1 + 0.2, 'USD') });
    await ledger.reserve('key', 'model', 1, await ledger.priceOf('model'));
    expect(reserved[0]?.[0]).toMatchObject({ currency: 'USD', micros: 300_000 });
  });

  it('says that the limit of the day is reached', async () => {
    const { ledger } = setUp({ price: price(20), dailyLimit: 39 });
    await ledger.reserve('one', 'model', 1, price(20));
    await expect(ledger.reserve('two', 'model', 2, price(20))).rejects.toMatchObject({
      code: 'DAILY_LIMIT_REACHED',
      said: { id: 'provider.daily_limit', values: { provider: 'Simulated' } },
    });
  });

  it.each([null, price(1, 'USD')])(
    'with a limit, does not risk a price that cannot be compared with it (%j)',
    async (of) => {
      await expect(setUp({ price: of, dailyLimit: 5 }).ledger.priceOf('model')).rejects.toMatchObject({
        code: 'DAILY_LIMIT_REACHED',
        said: { id: 'provider.price_unknown' },
      });
      expect(await setUp({ price: of }).ledger.priceOf('model')).toEqual(of);
    },
  );

  it('gives costs without the tails of binary fractions, and none where the price is unknown', () => {
    expect(costOf(3, price(0.1, 'USD'), 'USD')).toEqual({ units: 3, unit: 'models', amount: 0.3, currency: 'USD' });
    expect(costOf(2, null, 'credits')).toEqual({ units: 2, unit: 'requests', amount: null, currency: 'credits' });
  });
});
