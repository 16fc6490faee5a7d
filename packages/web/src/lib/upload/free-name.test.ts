import { expect, test } from 'vitest';
import { freeName } from './free-name.ts';

test('names in use get a number before their extension', () => {
  expect(freeName('image.jpg', [])).toBe('image.jpg');
  expect(freeName('image.jpg', ['image.jpg', 'image (2).jpg'])).toBe('image (3).jpg');
  expect(freeName('.png', ['.png'])).toBe('.png (2)');
});

test('a name is as the server will have it: without hidden characters, composed, and not too long', () => {
  expect(freeName('\u202Egpj.exe', [])).toBe('gpj.exe');
  expect(freeName('u\u0308.png', [])).toBe('ü.png');
  expect(new TextEncoder().encode(freeName(`${'漢'.repeat(200)}.webp`, [])).length).toBeLessThanOrEqual(190);
  expect(freeName(' ', [])).toBe('photo');
});
