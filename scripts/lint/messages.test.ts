import { meshMessages } from '@image2model/mesh';
import { meshTextsDe } from '@image2model/protocol/de';
import { expect, test } from 'vitest';

const placesOf = (text: string) => (text.match(/\{\w+\}/g) ?? []).toSorted();

test('every message of the local generator exists in German, with the same places for values', () => {
  expect(Object.keys(meshTextsDe).toSorted()).toEqual(Object.keys(meshMessages).toSorted());
  for (const [id, english] of Object.entries(meshMessages)) {
    expect(id).toMatch(/^mesh\./);
    expect([id, placesOf(meshTextsDe[id]!)]).toEqual([id, placesOf(english)]);
  }
});
