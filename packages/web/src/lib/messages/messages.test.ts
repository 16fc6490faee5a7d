import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorDefinitions } from '@image2model/protocol';
import { afterEach, expect, test } from 'vitest';
/* oxlint-disable no-restricted-imports -- what the server says and offers is what there have to be words for */
import { messages as engine, queuedMessage, workingMessage } from '../../../../server/src/engine/messages.ts';
import { falRows } from '../../../../server/src/models/fal/table.ts';
import { localOptionsJsonSchema } from '../../../../server/src/models/local/options.ts';
/* oxlint-enable no-restricted-imports */
import samples from '../../../static/samples/samples.json' with { type: 'json' };
import { preferences } from '../session/preferences.svelte.ts';
import { optionFields } from '../models/option-fields.ts';
import { de } from './de.ts';
import { en } from './en.ts';
import { errorsDe } from './errors-de.ts';
import { errorsEn } from './errors-en.ts';
import { modelDescription, optionWords } from '../models/model-texts.ts';
import type { ModelWords } from './models-en.ts';
import { modelsDe } from './models-de.ts';
import { takeLanguage } from './index.ts';
import { explain, reasonOf } from './errors.ts';
import { serverText } from './server-text.ts';
import { unitText } from './units.ts';

const server = join(import.meta.dirname, '../../../../server/src');
const mesh = join(import.meta.dirname, '../../../../mesh/src');
const models = [
  { id: 'local', schema: localOptionsJsonSchema(), description: '' },
  ...falRows.map(({ id, options, description }) => ({
    id,
    schema: options.toJSONSchema({ io: 'input' }),
    description,
  })),
].map((model) => ({ ...model, fields: optionFields(model.schema) }));

afterEach(async () => await speak('system'));

async function speak(language: typeof preferences.language): Promise<void> {
  preferences.language = language;
  await takeLanguage();
}

test('both languages have the same texts with the same places for values, and none is empty', () => {
  expect(Object.keys(de).sort()).toEqual(Object.keys(en).sort());
  const placesOf = (text: string) => text.match(/\{\w+\}/g)?.sort() ?? [];
  for (const [key, text] of Object.entries(en)) {
    const german = de[key as keyof typeof de];
    expect([key, placesOf(german)]).toEqual([key, placesOf(text)]);
    expect([key, text.trim() !== '' && german.trim() !== '']).toEqual([key, true]);
  }
});

test('every code that the server gives has a title and a next step in both languages, as sentences of their own', () => {
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
    expect(en).toHaveProperty([`sample.${file}`]);
    expect(de).toHaveProperty([`sample.${file}`]);
  }
});

test('every model that there is says what it is good for in German, and all of its options and their values', async () => {
  await speak('de');
  for (const { id, fields, description } of models) {
    expect([id, modelDescription({ id, description })]).not.toEqual([id, description]);
    // Neither an option that has no words nor words for an option that is gone.
    const words: ModelWords['options'] = modelsDe[id as keyof typeof modelsDe].options;
    expect([id, ...Object.keys(words).sort()]).toEqual([id, ...fields.map(({ name }) => name).sort()]);
    for (const field of fields) {
      const at = `${id} ${field.name}`;
      expect([at, optionWords(id, field).help]).not.toEqual([at, field.help]);
      expect([at, words[field.name]?.help]).toEqual([at, expect.stringMatching(/.{4}/)]);
    }
  }
  expect(Object.keys(modelsDe).sort()).toEqual(models.map(({ id }) => id).sort());
});

test.each(['en', 'de'] as const)(
  'no value to choose is shown as the word that programs send (%s)',
  async (language) => {
    preferences.language = language;
    for (const { id, fields } of models) {
      for (const field of fields) {
        if (field.kind !== 'choice') continue;
        const { choice } = optionWords(id, field);
        const raw = field.choices.filter((value) => Number.isNaN(Number(value)) && !/^[A-ZÄÖÜ]/.test(choice(value)));
        expect([id, field.name, raw]).toEqual([id, field.name, []]);
      }
    }
  },
);

test('an unknown model and its options are told as the server has them', async () => {
  await speak('de');
  const field = { name: 'constructor', label: 'Glow', help: 'How much' };
  expect(modelDescription({ id: 'toString', description: 'New' })).toBe('New');
  expect(optionWords('local', field)).toMatchObject({ label: 'Glow', help: 'How much' });
  expect(optionWords('fal-ai/new', field).choice('hot')).toBe('hot');
});

test('whatever the server says while it works is German on a German page', async () => {
  const said = [
    ...Object.values(engine).map((message) => (typeof message === 'string' ? message : message(3))),
    ...[null, 1, 4].map(queuedMessage),
    workingMessage([{ message: 'a' }, { message: 'b' }], 1),
    // The literals of the sources that speak to a person.
    ...(await sentencesIn(join(mesh, 'generate-model.ts'), /message: '([^']+)' \}/g)),
    ...(await sentencesIn(join(mesh, 'foreground/find-foreground.ts'), /(?:guess|warning) =\s+'([^']+)'/g)),
    ...(await sentencesIn(join(mesh, 'shape-picture.ts'), /warnings\.push\('([^']+)'/g)),
    ...(await sentencesIn(join(server, 'models/fal/progress.ts'), /tell\([^)]*?['`]([A-Za-z][^'`]{9,})['`]\)/g)),
    ...(await sentencesIn(join(server, 'models/fal/table.ts'), /warning:?\s+(?:'([^']+)'|`([^`]+)`)/g)),
    ...(await sentencesIn(join(server, 'jobs/work.ts'), /const message = '([^']+)'/g)),
    ...(await sentencesIn(join(server, 'models/fal/errors.ts'), /message: '([^']+)', again: true/g)),
  ];
  expect(said.length).toBeGreaterThan(40);
  await speak('de');
  expect(said.filter((text) => serverText(text) === text)).toEqual([]);
});

test('a reason is the most exact there is in the language, and an explanation says what to do', async () => {
  await speak('en');
  expect(reasonOf('IMAGE_TOO_SMALL', 'The image is 9 × 4 pixels; both sides need at least 16.')).toContain('9 × 4');
  expect(explain({ code: 'QUEUE_FULL', error: '4 images are waiting already' })).toBe(
    'The queue is full. Wait a moment, then try again.',
  );
  expect(explain({ code: 'HTTP_418', error: 'A teapot answered' })).toBe('A teapot answered. Try again.');
  await speak('de');
  expect(reasonOf('IMAGE_TOO_SMALL', 'The image is 9 × 4 pixels; both sides need at least 16.')).toContain('9 × 4');
  expect(reasonOf('RESULT_INVALID', 'Something quite new')).toBe('Der Anbieter hat kein brauchbares Modell geliefert');
});

test('what a provider counts is said of one and of several', async () => {
  expect([unitText('generations', 1), unitText('generations', 2)]).toEqual(['generation', 'generations']);
  await speak('de');
  expect([unitText('generations', 1), unitText('images', 2)]).toEqual(['Erstellung', 'Bilder']);
  expect(unitText('moons', 2)).toBe('moons');
});

/** The sentences that the pattern finds in a source, with a number for each value that is put in. */
async function sentencesIn(file: string, pattern: RegExp): Promise<string[]> {
  const source = await readFile(file, 'utf8');
  const found = [...source.matchAll(pattern)].map(([, text, or = '']) => (text ?? or).replaceAll(/\$\{[^}]+\}?/g, '7'));
  expect([file, found.length]).not.toEqual([file, 0]);
  return found;
}
