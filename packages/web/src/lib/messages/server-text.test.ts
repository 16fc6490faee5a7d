import { expect, test } from 'vitest';
import { preferences } from '../session/preferences.svelte.ts';
import { takeLanguage } from './index.ts';
import { nextStep, reasonOf } from './errors.ts';
import { serverText } from './server-text.ts';

test('what the server says is German on a German page, its numbers kept, and left alone where it is not known', async () => {
  preferences.language = 'de';
  await takeLanguage();
  try {
    expect(serverText('Painting the surface (5 of 7)')).toBe('Bemalt die Oberfläche (5 von 7)');
    expect(serverText('Waiting in the queue of fal.ai, place 3')).toBe('Wartet in der Schlange von fal.ai, Platz 3');
    expect(serverText('2 of 3 models are ready')).toBe('2 von 3 Modellen sind fertig');
    expect(serverText('Something quite new')).toBe('Something quite new');
    expect(reasonOf('NO_FOREGROUND', 'Every pixel is transparent.')).toBe('Auf dem Foto wurde kein Objekt gefunden');
    expect(reasonOf('HTTP_418', 'A teapot answered.')).toBe('A teapot answered.');
    expect(nextStep('FACE_LIMIT_TOO_LOW')).toBe('Mit mehr Flächen erneut versuchen.');
  } finally {
    preferences.language = 'system';
    await takeLanguage();
  }
  expect(serverText('Painting the surface (5 of 7)')).toBe('Painting the surface (5 of 7)');
  expect(reasonOf('NO_FOREGROUND', 'Every pixel is transparent.')).toBe('Every pixel is transparent.');
  expect(reasonOf('NO_FOREGROUND', '')).toBe('No object was found in the photo');
});
