import { de } from './de.ts';
import type { Words } from './english.ts';
import { errorsDe } from './errors-de.ts';
import { modelsDe } from './models-de.ts';
import { saidDe } from './said-de.ts';
import { unitsDe } from './units-de.ts';

export const german: Words = {
  language: 'de',
  pages: de,
  errors: errorsDe,
  models: modelsDe,
  said: saidDe,
  units: unitsDe,
};
