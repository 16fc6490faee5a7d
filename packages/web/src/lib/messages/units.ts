import { texts } from './texts.svelte.ts';

/** The unit of a price, as a provider names it (`generations`), for a count; unchanged if it is unknown. */
export function unitText(unit: string, count: number): string {
  const one = unit.trim().replace(/s$/i, '');
  const { language, units } = texts();
  // As providers name them.
  if (language === 'en') return count === 1 ? one : unit;
  const known = one.toLowerCase();
  const [single, several] = (Object.hasOwn(units, known) ? units[known] : undefined) ?? [unit, unit];
  return count === 1 ? single : several;
}
