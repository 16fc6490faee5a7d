import { expect, test } from 'vitest';
import { messageTextsDe } from './de.ts';
import { messageTexts } from './message-texts.ts';
import { fillIn } from './messages.ts';

const placesOf = (text: string) => (text.match(/\{\w+\}/g) ?? []).toSorted();

test('every message is there in German, with the same places for values', () => {
  expect(Object.keys(messageTextsDe).sort()).toEqual(Object.keys(messageTexts).sort());
  for (const [id, english] of Object.entries(messageTexts)) {
    const german = messageTextsDe[id as keyof typeof messageTexts];
    expect([id, placesOf(german)]).toEqual([id, placesOf(english)]);
  }
});

test('values are put into their places, and a place without a value stays', () => {
  expect(fillIn('{done} of {total} {toString}', { done: 1, total: 3 })).toBe('1 of 3 {toString}');
});
