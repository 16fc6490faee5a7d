import type { Cost, Price } from '@image2model/protocol';
import type { Engine } from '../../engine/contract.ts';
import { ModelError } from '../errors.ts';
import type { FalPrices } from './prices.ts';
import type { FalRow } from './table.ts';

/** Keeps to the limit of the day, and counts what was spent. */
export interface FalSpending {
  /**
   * Null where fal does not tell.
   * @throws ModelError `DAILY_LIMIT_REACHED` where there is a limit and the price is not known.
   */
  priceOf(model: string): Promise<Price | null>;
  /** As far as it is known at this moment. */
  knownPrice(model: string): Price | null;
  /** @throws ModelError `DAILY_LIMIT_REACHED` */
  reserve(key: string, row: FalRow, options: Readonly<Record<string, unknown>>, price: Price | null): Promise<void>;
  /** What a request came to, in US dollars. */
  settle(key: string, amountUsd: number): Promise<void>;
}

interface SpendingOptions {
  prices: FalPrices;
  ledger: Pick<Engine, 'reserve' | 'settle'>;
  dailyLimitUsd: number | null;
  now?: () => number;
}

export function createFalSpending({ prices, ledger, dailyLimitUsd, now = Date.now }: SpendingOptions): FalSpending {
  const limitMicros = dailyLimitUsd === null ? null : toMicros(dailyLimitUsd);
  return {
    knownPrice: (model) => prices.of(model),
    async priceOf(model) {
      await prices.ready();
      const price = prices.of(model);
      if (limitMicros !== null && price?.currency !== 'USD') {
        // What is sent without knowing its price could exceed any limit.
        throw new ModelError(
          'DAILY_LIMIT_REACHED',
          'There is a spending limit, and fal.ai does not tell what this model costs',
        );
      }
      return price;
    },
    async reserve(key, row, options, price) {
      const micros = price?.currency === 'USD' ? toMicros(price.amount * (row.units?.(options) ?? 1)) : 0;
      const day = new Date(now()).toISOString().slice(0, 10);
      if (await ledger.reserve({ key, day, model: row.id, micros }, limitMicros)) return;
      throw new ModelError(
        'DAILY_LIMIT_REACHED',
        'The spending limit of the day is reached; it starts anew at midnight UTC',
      );
    },
    settle: async (key, amountUsd) => await ledger.settle(key, toMicros(amountUsd)),
  };
}

/** The cost of a request: the units that fal says it billed, one (or what the row says) where it does not. */
export function costOf(
  row: FalRow,
  options: Readonly<Record<string, unknown>>,
  price: Price | null,
  billedUnits: string | string[] | undefined,
): Cost {
  const billed = typeof billedUnits === 'string' && /^\d{1,9}(\.\d{1,9})?$/.test(billedUnits.trim());
  const units = billed ? Number(billedUnits) : (row.units?.(options) ?? 1);
  return {
    units,
    unit: price?.unit ?? 'requests',
    // To the millionth: sums of binary fractions have tails that nobody was billed.
    amount: price === null ? null : Math.round(units * price.amount * 1e6) / 1e6,
    currency: price?.currency ?? 'USD',
  };
}

/** Rounded up: a limit is not exceeded by fractions. */
function toMicros(usd: number): number {
  return Math.ceil(Number((usd * 1e6).toFixed(3)));
}
