import { meshTextsDe, messageTextsDe } from '@image2model/protocol/de';
import type { Texts } from '../en/index.ts';
import { errorsDe } from './errors.ts';
import { modelsDe } from './models.ts';
import { pagesDe } from './pages.ts';
import { unitsDe } from './units.ts';

export const german: Texts = {
  language: 'de',
  pages: pagesDe,
  errors: errorsDe,
  models: modelsDe,
  messages: { ...messageTextsDe, ...meshTextsDe },
  units: unitsDe,
};
