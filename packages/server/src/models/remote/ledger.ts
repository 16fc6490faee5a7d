import { message } from '@image2model/protocol';
import type { Cost, Price } from '@image2model/protocol';
import type { Engine } from '../../engine/contract.ts';
import { ModelError } from '../errors.ts';

/** What a provider asks for each of its models, as far as it says. */
export interface Prices {
  /** Null where it is not known. */
  of(model: string): Price | null;
  /** Resolves when prices were asked for lately; never rejects. */
  ready(): Promise<void>;
}

/** Keeps to the day's limit at one provider, and counts what was spent there. */
export interface RemoteLedger {
  /**
   * Null where the provider does not say.
   * @throws ModelError `DAILY_LIMIT_REACHED` where there is a limit and the price is not known
   */
  priceOf(model: string): Promise<Price | null>;
  /** As far as it is known at this moment. */
  knownPrice(model: string): Price | null;
  /** Sets money aside for a job. `key` names it. @throws ModelError `DAILY_LIMIT_REACHED` */
  reserve(key: string, model: string, units: number, price: Price | null): Promise<void>;
  /** What a job came to, in the currency that it was reserved in. */
  settle(key: string, amount: number): Promise<void>;
}

interface LedgerOptions {
  provider: { id: string; name: string };
  /** Of the limit: ISO 4217, or `credits`. */
  currency: string;
  /** The most that may be spent in a day (UTC); null for no limit. */
  dailyLimit: number | null;
  prices: Prices;
  engine: Pick<Engine, 'reserve' | 'settle'>;
}

export function createLedger({ provider, currency, dailyLimit, prices, engine }: LedgerOptions): RemoteLedger {
  const limitMicros = dailyLimit === null ? null : toMicros(dailyLimit);
  const values = { provider: provider.name };
  return {
    knownPrice: (model) => prices.of(model),
    async priceOf(model) {
      await prices.ready();
      const price = prices.of(model);
      if (limitMicros !== null && price?.currency !== currency) {
        // What is sent without knowing its price could exceed any limit.
        throw new ModelError('DAILY_LIMIT_REACHED', message('provider.price_unknown', values));
      }
      return price;
    },
    async reserve(key, model, units, price) {
      const reservation = {
        key,
        provider: provider.id,
        model,
        currency: price?.currency ?? currency,
        micros: price === null ? 0 : toMicros(price.amount * units),
      };
      if (await engine.reserve(reservation, limitMicros)) return;
      throw new ModelError('DAILY_LIMIT_REACHED', message('provider.daily_limit', values));
    },
    settle: async (key, amount) => await engine.settle(key, toMicros(amount)),
  };
}

/** The cost of so many units. */
export function costOf(units: number, price: Price | null, currency: string): Cost {
  return {
    units,
    unit: price?.unit ?? 'requests',
    // To the millionth: sums of binary fractions have tails that nobody was billed.
    amount: price === null ? null : Math.round(units * price.amount * 1e6) / 1e6,
    currency: price?.currency ?? currency,
  };
}

/** Rounded up: a limit is not exceeded by fractions. */
function toMicros(amount: number): number {
  return Math.ceil(Number((amount * 1e6).toFixed(3)));
}
