import { errorDefinitions } from '@image2model/protocol';
import { afterEach, expect, test } from 'vitest';
/* oxlint-disable no-restricted-imports -- the pages have texts for every model that the server offers */
import { optionsJsonSchema } from '../../../../server/src/models/check-options.ts';
import { falRows } from '../../../../server/src/models/fal/table.ts';
import { localOptionsSchema } from '../../../../server/src/models/local/options.ts';
/* oxlint-enable no-restricted-imports */
import samples from '../../../static/samples/samples.json' with { type: 'json' };
import { modelDescription, optionTexts } from '../models/model-texts.ts';
import { optionFields } from '../models/option-fields.ts';
import { preferences } from '../session/preferences.svelte.ts';
import { cutoutDe } from './de/cutout.ts';
import { errorsDe } from './de/errors.ts';
import { modelsDe } from './de/models.ts';
import { pagesDe } from './de/pages.ts';
import { sharingDe } from './de/sharing.ts';
import { cutoutEn } from './en/cutout.ts';
import { errorsEn } from './en/errors.ts';
import type { ModelTexts } from './en/models.ts';
import { pagesEn } from './en/pages.ts';
import { sharingEn } from './en/sharing.ts';
import { explain, reasonOf } from './errors.ts';
import { applyLanguage } from './index.ts';
import { unitText } from './units.ts';

const models = [
  { id: 'local', schema: optionsJsonSchema(localOptionsSchema), description: '' },
  ...falRows.map(({ id, options, description }) => ({
    id,
    schema: optionsJsonSchema(options),
    description,
  })),
].map((model) => ({ ...model, fields: optionFields(model.schema) }));

afterEach(async () => await speak('system'));

async function speak(language: typeof preferences.language): Promise<void> {
  preferences.language = language;
  await applyLanguage();
}

test('both languages have the same texts with the same places for values, and none is empty', () => {
  const placesOf = (text = '') => text.match(/\{\w+\}/g)?.sort() ?? [];
  for (const [en, de] of [
    [pagesEn, pagesDe],
    [cutoutEn, cutoutDe],
    [sharingEn, sharingDe],
  ] as const) {
    const german: Readonly<Record<string, string>> = de;
    expect(Object.keys(german).sort()).toEqual(Object.keys(en).sort());
    for (const [key, text] of Object.entries(en)) {
      expect([key, placesOf(german[key])]).toEqual([key, placesOf(text)]);
      expect([key, text.trim() !== '' && german[key]?.trim() !== '']).toEqual([key, true]);
    }
  }
});

test('every error code has a title and a next step in both languages, as sentences of their own', () => {
  expect(Object.keys(errorsDe).sort()).toEqual(Object.keys(errorsEn).sort());
  for (const texts of [errorsEn, errorsDe]) {
    expect(Object.keys(texts)).toEqual(expect.arrayContaining(Object.keys(errorDefinitions)));
    for (const [code, { title, next }] of Object.entries(texts)) {
      expect([code, title]).toEqual([code, expect.stringMatching(/^[\p{Lu}].+[^.!?]$/u)]);
      expect([code, next]).toEqual([code, expect.stringMatching(/^[\p{Lu}].+\.$/u)]);
    }
  }
});

test('every sample has a title in both languages', () => {
  for (const { file } of samples) {
    expect(pagesEn).toHaveProperty([`sample.${file}`]);
    expect(pagesDe).toHaveProperty([`sample.${file}`]);
  }
});

test('every model has its description, its options and their values in German', async () => {
  await speak('de');
  for (const { id, fields, description } of models) {
    expect([id, modelDescription({ id, description })]).not.toEqual([id, description]);
    // Neither an option without texts nor texts for an option that is gone.
    const own: ModelTexts['options'] = modelsDe[id as keyof typeof modelsDe].options;
    expect([id, ...Object.keys(own).sort()]).toEqual([id, ...fields.map(({ name }) => name).sort()]);
    for (const field of fields) {
      const at = `${id} ${field.name}`;
      expect([at, optionTexts(id, field).help]).not.toEqual([at, field.help]);
      expect([at, own[field.name]?.help]).toEqual([at, expect.stringMatching(/.{4}/)]);
    }
  }
  expect(Object.keys(modelsDe).sort()).toEqual(models.map(({ id }) => id).sort());
});

test.each(['en', 'de'] as const)('no choice is shown as the value that is sent (%s)', async (language) => {
  preferences.language = language;
  for (const { id, fields } of models) {
    for (const field of fields) {
      if (field.kind !== 'choice') continue;
      const { choice } = optionTexts(id, field);
      const raw = field.choices.filter((value) => Number.isNaN(Number(value)) && !/^[A-ZÄÖÜ]/.test(choice(value)));
      expect([id, field.name, raw]).toEqual([id, field.name, []]);
    }
  }
});

test('an unknown model and its options are shown as the server has them', async () => {
  await speak('de');
  const field = { name: 'constructor', label: 'Glow', help: 'How much' };
  expect(modelDescription({ id: 'toString', description: 'New' })).toBe('New');
  expect(optionTexts('local', field)).toMatchObject({ label: 'Glow', help: 'How much' });
  expect(optionTexts('fal-ai/new', field).choice('hot')).toBe('hot');
});

test('a reason is as exact as the language has it, and an explanation says what to do', async () => {
  const ready = {
    message: '2 of 3 models ready',
    message_id: 'task.some_ready',
    message_values: { ready: 2, total: 3 },
  };
  await speak('en');
  expect(reasonOf('INTERNAL_ERROR', ready)).toBe('2 of 3 models ready');
  expect(explain({ code: 'QUEUE_FULL', error: '4 images are waiting already' })).toBe(
    'The queue is full. Wait a moment, then try again.',
  );
  expect(explain({ code: 'HTTP_418', error: 'A teapot answered' })).toBe('A teapot answered. Try again.');
  await speak('de');
  expect(reasonOf('INTERNAL_ERROR', ready)).toBe('2 von 3 Modellen fertig');
  expect(reasonOf('RESULT_INVALID', { message: 'Something quite new' })).toBe(
    'Der Anbieter hat kein brauchbares Modell geliefert',
  );
});

test('units of providers have a singular and a plural', async () => {
  expect([unitText('generations', 1), unitText('generations', 2)]).toEqual(['generation', 'generations']);
  await speak('de');
  expect([unitText('generations', 1), unitText('images', 2)]).toEqual(['Erstellung', 'Bilder']);
  expect(unitText('moons', 2)).toBe('moons');
});
