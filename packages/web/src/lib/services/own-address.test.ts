import { expect, test } from 'vitest';
import { ownAddress } from './own-address.ts';
import { smallPhoto } from './small-photo.ts';

test.each([
  ['/api/v1/download/j/a.webp', '/api/v1/download/j/a.webp'],
  ['https://models.example/api/v1/download/j/a.webp', '/api/v1/download/j/a.webp'],
  ['https://example.org/models/api/v1/download/j/a.webp', '/api/v1/download/j/a.webp'],
  ['/src/assets/a.webp', '/src/assets/a.webp'],
])('%s is %s at the own server', (url, own) => {
  expect(ownAddress(url)).toBe(own);
  expect(smallPhoto(url)).toBe(`${own}?size=small`);
});
