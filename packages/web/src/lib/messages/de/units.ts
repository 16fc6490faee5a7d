/** The units of providers, singular and plural, by the English singular. */
export const unitsDe: Readonly<Record<string, readonly [one: string, many: string]>> = {
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
