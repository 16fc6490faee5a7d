import type { FalConfig } from '../../config.ts';
import { createFalClient } from './client.ts';
import { explainFailure } from './errors.ts';
import { ExchangeError } from '../remote/http.ts';
import { isOk } from '../remote/json-client.ts';
import { createFalPrices } from './prices.ts';
import { falRows } from './table.ts';

/** What a look at fal with a key came to; `lines` are for a person. */
export interface FalCheck {
  outcome: 'valid' | 'refused' | 'unreachable';
  lines: string[];
}

/**
 * Checks a key without spending anything: it asks for a place to upload a photo to, which needs a valid key and is free
 * of charge, uploads nothing there, and asks for the prices.
 */
export async function checkFalKey(config: FalConfig, signal: AbortSignal): Promise<FalCheck> {
  const client = createFalClient(config);
  try {
    const place = await client.initiateUpload({ contentType: 'image/png', filename: 'check.png' }, signal);
    if (!isOk(place)) {
      const { error } = explainFailure(place);
      const outcome = error.code === 'PROVIDER_KEY_REFUSED' ? 'refused' : 'unreachable';
      return { outcome, lines: [`${error.message} (${config.restUrl} answered with ${place.status}).`] };
    }
    const prices = createFalPrices(
      client,
      falRows.map(({ id }) => id),
      { warn: () => undefined },
    );
    await prices.ready();
    const lines = falRows.map(({ id }) => {
      const price = prices.of(id);
      return `  ${id}: ${price === null ? 'price unknown' : `${price.amount} ${price.currency} per ${price.unit}`}`;
    });
    return { outcome: 'valid', lines: ['fal.ai accepts the key. Nothing was spent.', ...lines] };
  } catch (error) {
    if (!(error instanceof ExchangeError)) throw error;
    return { outcome: 'unreachable', lines: [`${config.restUrl} does not answer: ${error.message}.`] };
  } finally {
    client.close();
  }
}
