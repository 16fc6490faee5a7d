import { expect, test } from 'vitest';
import { preferences } from '../session/preferences.svelte.ts';
import { nextStep, reasonOf } from './errors.ts';
import { applyLanguage } from './index.ts';
import { translate } from './translate.ts';

const queued = {
  message: 'Waiting in the queue, number 3',
  message_id: 'queue.position',
  message_values: { position: 3 },
};
const failed = { message: 'Every pixel is transparent.', message_id: 'file.some-day' };

test('what the server says is translated by its id on a German page, and stays English without a text for it', async () => {
  preferences.language = 'de';
  await applyLanguage();
  try {
    expect(translate(queued)).toBe('In der Warteschlange, Platz 3');
    expect(translate({ message: queued.message })).toBe(queued.message);
    expect(translate({ message: 'Something quite new', message_id: 'toString' })).toBe('Something quite new');
    expect(reasonOf('STORAGE_FULL', { message: 'No room', message_id: 'file.storage_full' })).toBe(
      'Der Speicher ist voll',
    );
    expect(reasonOf('NO_FOREGROUND', failed)).toBe('Auf dem Foto wurde kein Objekt gefunden');
    expect(reasonOf('HTTP_418', { message: 'A teapot answered.' })).toBe('A teapot answered.');
    expect(nextStep('FACE_LIMIT_TOO_LOW')).toBe('Mit einer höheren Grenze erneut versuchen.');
  } finally {
    preferences.language = 'system';
    await applyLanguage();
  }
  expect(translate(queued)).toBe(queued.message);
  expect(reasonOf('NO_FOREGROUND', failed)).toBe('Every pixel is transparent.');
  expect(reasonOf('NO_FOREGROUND', { message: '' })).toBe('We couldn’t find an object in the photo');
});
