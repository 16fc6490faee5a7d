import { expect, test } from 'vitest';
import { messageTextsDe } from './de.ts';
import { message, messageTexts } from './message-texts.ts';
import { countedId, fillIn, messageWithin, translateMessage } from './messages.ts';

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

test('exactly one has a text of its own, where there is one', () => {
  expect(message('error.queue_full', { waiting: 1 })).toMatchObject({
    id: 'error.queue_full_one',
    text: 'One image is waiting already; no more are accepted until it is done.',
  });
  expect(message('error.queue_full', { waiting: 0 }).id).toBe('error.queue_full');
  expect(message('error.queue_full', { waiting: 11 }).id).toBe('error.queue_full');
  // What both texts have in them does not decide.
  const texts = { made: '{done} of {total} models', made_one: '{done} of 1 model' };
  expect(countedId(texts, 'made', { done: 1, total: 2 })).toBe('made');
  expect(countedId(texts, 'made', { done: 0, total: '1' })).toBe('made_one');
  expect(countedId(texts, 'toString', { done: 1 })).toBe('toString');
});

test('a message within a message is translated with it, or stays English', () => {
  const inner = { text: 'too small: 3', id: 'small', values: { size: 3 } };
  const named = {
    text: 'a.png: too small: 3',
    id: 'named',
    values: { ...messageWithin('fault', inner), name: 'a.png' },
  };
  const values = { ...messageWithin('reason', named), count: 2 };
  const texts = { several: '{count} Fehler. {reason}', named: '{name}: {fault}', small: 'zu klein: {size}' };
  expect(translateMessage(texts, { id: 'several', values })).toBe('2 Fehler. a.png: zu klein: 3');
  const { small: _, ...fewer } = texts;
  expect(translateMessage(fewer, { id: 'several', values })).toBe('2 Fehler. a.png: too small: 3');
  expect(translateMessage({ several: texts.several }, { id: 'several', values })).toBe('2 Fehler. a.png: too small: 3');
  expect(translateMessage(texts, { id: 'other', values })).toBeUndefined();
  expect(translateMessage(texts, {})).toBeUndefined();
});

test('values that name each other end all the same', () => {
  const texts = { a: 'a {x}', b: 'b {y}' };
  expect(translateMessage(texts, { id: 'a', values: { x: 1, x_id: 'b', y: 2, y_id: 'a' } })).toBe('a b a {x}');
});
