import { language } from './index.ts';

/** What providers count, of one and of several, by the English word for one. */
const german: Readonly<Record<string, readonly [one: string, many: string]>> = {
  'compute second': ['Rechensekunde', 'Rechensekunden'],
  credit: ['Guthabenpunkt', 'Guthabenpunkte'],
  generation: ['Erstellung', 'Erstellungen'],
  image: ['Bild', 'Bilder'],
  megapixel: ['Megapixel', 'Megapixel'],
  minute: ['Minute', 'Minuten'],
  model: ['Modell', 'Modelle'],
  request: ['Anfrage', 'Anfragen'],
  second: ['Sekunde', 'Sekunden'],
  unit: ['Einheit', 'Einheiten'],
};

/** What a price counts, as a provider names it (`generations`), for so many of it; as it is where it is not known. */
export function unitText(unit: string, count: number): string {
  const one = unit.trim().replace(/s$/i, '');
  if (language() !== 'de') return count === 1 ? one : unit;
  const known = one.toLowerCase();
  const [single, several] = (Object.hasOwn(german, known) ? german[known] : undefined) ?? [unit, unit];
  return count === 1 ? single : several;
}
