import { countedId, fillIn } from '@image2model/protocol';
import { describe, expect, test } from 'vitest';
import { messageTextsDe, meshTextsDe } from '../../packages/protocol/src/de.ts';
import { messageTexts } from '../../packages/protocol/src/message-texts.ts';
import { meshMessages } from '../../packages/mesh/src/messages.ts';
/* oxlint-disable no-restricted-imports -- all that is said to people is looked at together */
import { cliTexts } from '../../packages/server/src/cli/texts.ts';
import { pagesDe } from '../../packages/web/src/lib/messages/de/pages.ts';
import { pagesEn } from '../../packages/web/src/lib/messages/en/pages.ts';
/* oxlint-enable no-restricted-imports */

type Texts = Readonly<Record<string, string>>;

/** Every text for people that has values put in, in both languages. */
const catalogues: Record<string, { en: Texts; de: Texts }> = {
  protocol: { en: messageTexts, de: messageTextsDe },
  mesh: { en: meshMessages, de: meshTextsDe },
  'command line': cliTexts,
  pages: { en: pagesEn, de: pagesDe },
};

/** Values that are never as small as that, by text: another text is used there, or they are a limit. */
const least: Record<string, Record<string, number>> = {
  // A single photo's own message is the task's.
  'task.progress': { total: 2 },
  'task.all_failed': { total: 2 },
  'task.all_failed_because': { total: 2 },
  // The reducer has texts of its own for one and for two.
  'task.ready_all': { total: 3 },
  'task.one_ready': { total: 2 },
  'task.some_ready': { total: 3, ready: 2 },
  // One thing that is wrong is said as it is.
  'error.files_refused': { count: 2, files: 2 },
  'error.several_wrong': { count: 2 },
  'error.too_many_files': { count: 26, max: 25 },
  'error.stream_tasks': { max: 100 },
  'upload.partly_reused': { total: 2, reused: 1 },
  'mesh.image_too_many_pixels': { max: 64 },
  'mesh.image_too_small': { width: 3, height: 3, min: 16 },
  'mesh.image_too_narrow': { width: 3, height: 3, max: 20 },
  'mask.too_many_pixels': { max: 64 },
  'mask.too_small': { width: 3, height: 3, min: 16 },
  'mask.proportions': { width: 3, height: 3, photo_width: 16, photo_height: 16 },
  'mask.too_many': { count: 26, max: 25 },
  'provider.over_face_limit': { faces: 100 },
  'provider.lowest_quality': { faces: 100 },
  'provider.face_limit_range': { min: 3, max: 3 },
  'cli.gave_up': { attempts: 5 },
  // `results.one` is the text for one.
  'results.many': { count: 2 },
  // Said only of a part: at least one of more.
  'results.part': { total: 2 },
  'upload.send': { count: 2 },
  'upload.folder.cut': { count: 25 },
  'history.partial': { count: 20 },
  'processing.cancel.held': { count: 5 },
};

const plurals = {
  en: 'photos|images|files|models|tasks|faces|triangles|things|errors|bytes|pixels|megapixels|attempts|jobs|batches|holes|parts|seconds|times',
  de: 'Fotos|Bilder|Dateien|Modellen?|Stapeln|Flächen|Dreiecken?|Dingen?|Bytes|Versuche|Teile|Löcher|Sekunden|weitere|anderen',
};
const singulars = {
  en: 'photo|image|file|model|task|face|triangle|thing|error|byte|pixel|attempt|job|batch|hole|part|second',
  de: 'Foto|Bild|Datei|Modell|Fläche|Dreieck|Ding|Byte|Versuch|Loch|Sekunde',
};
/** Verbs that say of a subject before them that it is several. */
const severally = { en: 'are|were|have', de: 'sind|waren|wurden|werden|bleiben|fielen|stimmen' };

/** What counts wrong in a text: `1 photos`, `2 photo`, `1 small part were`. */
function miscount(text: string, language: 'en' | 'de'): string | undefined {
  const word = String.raw`\p{L}[\p{L}-]*,?`;
  const wrong = [
    `(?<![\\d.,])1 (${word} ){0,3}(${plurals[language]})(?!\\p{L})`,
    `(?<![\\d.,])1 (?!(of|von|in|das|ein) )(${word} ){0,3}(${severally[language]})(?!\\p{L})`,
    `(?<![\\d.,])[02] (${word} ){0,2}(${singulars[language]})(?!\\p{L})`,
  ];
  for (const pattern of wrong) {
    const found = new RegExp(pattern, 'u').exec(text)?.[0];
    // `1 of 3 photos`: what is counted comes after the number behind it.
    if (found !== undefined && !/^\d+ (of|von) \d/.test(found)) return found;
  }
  return undefined;
}

/** Places that no count is put into. */
const named = new Set(
  `allowed api fault field fields file filename given job kind mask max_faces method name names next price provider reason size
  step steps task time title unit url`.split(/\s+/),
);

/** All combinations of values for a text's places: 0, 1 and 2 of each, but no fewer than there can be. */
function combinations(id: string, text: string): Record<string, string | number>[] {
  const places = [...new Set([...text.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name))];
  return places.reduce<Record<string, string | number>[]>(
    (all, place) => {
      if (named.has(place)) return all.map((values) => ({ ...values, [place]: 'X' }));
      const from = least[id]?.[place] ?? 0;
      const counts = [...new Set([0, 1, 2].map((count) => Math.max(count, from)))];
      return all.flatMap((values) => counts.map((count) => ({ ...values, [place]: count })));
    },
    [{}],
  );
}

test('both languages tell one from all other counts, and from nothing else', () => {
  for (const language of ['en', 'de']) {
    const rules = new Intl.PluralRules(language);
    expect([0, 1, 2].map((count) => rules.select(count))).toEqual(['other', 'one', 'other']);
  }
});

test.each([
  ['1 photos', 'en'],
  ['0 photo uploaded', 'en'],
  ['1 small separate parts were left out', 'en'],
  ['The other 1 stay here, 1 more are made', 'en'],
  ['1 Modelle sind fertig', 'de'],
  ['2 Foto hochgeladen', 'de'],
  ['1 weitere werden noch erstellt', 'de'],
  ['mit 1 Dateien', 'de'],
] as const)('"%s" is noticed', (text, language) => {
  expect(miscount(text, language)).toBeDefined();
});

describe.each(Object.entries(catalogues))('the texts of the %s', (_, catalogue) => {
  test.each(['en', 'de'] as const)('count right from 0 to 2 (%s)', (language) => {
    const texts = catalogue[language];
    for (const [id, text] of Object.entries(texts)) {
      if (id.endsWith('_one')) continue;
      for (const values of combinations(id, text)) {
        // The English id travels, so it is chosen there for every language.
        const said = fillIn(texts[countedId(catalogue.en, id, values)] ?? '', values);
        expect([id, said, miscount(said, language)]).toEqual([id, said, undefined]);
      }
    }
  });

  test('have a text for one in both languages where they have it in either', () => {
    const ones = (texts: Texts) => Object.keys(texts).filter((id) => id.endsWith('_one'));
    expect(ones(catalogue.de).sort()).toEqual(ones(catalogue.en).sort());
  });
});

test('no limit stands for a text that is gone', () => {
  const known = new Set(Object.values(catalogues).flatMap(({ en }) => Object.keys(en)));
  expect(Object.keys(least).filter((id) => !known.has(id))).toEqual([]);
});
