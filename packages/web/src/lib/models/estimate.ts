import type { Price } from '@image2model/protocol';
import { duration } from '../messages/duration.ts';
import { t } from '../messages/index.ts';
import { money } from '../messages/numbers.ts';
import { unitText } from '../messages/units.ts';

/** Units that are charged once for each photo. */
const perPhoto = /^(generations?|models?|images?|requests?|units?|runs?)$/i;

/** What so many photos cost, as far as that is known beforehand. */
export function priceText(price: Price | null, count: number): string {
  if (price === null) return t('upload.price.unknown');
  if (price.amount === 0) return t('upload.price.free');
  const one = money(price.amount, price.currency);
  if (!perPhoto.test(price.unit)) return t('upload.price.by', { price: one, unit: unitText(price.unit, 1) });
  if (count < 2) return t('upload.price.one', { price: one });
  return t('upload.price.many', { price: one, total: money(price.amount * count, price.currency) });
}

/** How long so many photos take, from the median on this server; empty if it has too little history. */
export function timeText(typicalSeconds: number | null, count: number): string {
  if (typicalSeconds === null) return '';
  const each = duration(typicalSeconds);
  if (count < 2) return t('upload.time.one', { time: each });
  return t('upload.time.many', { time: each, total: duration(typicalSeconds * count) });
}
