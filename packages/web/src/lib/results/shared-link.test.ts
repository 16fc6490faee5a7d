import { expect, test } from 'vitest';
import { parseSharedHash, sharedAddress } from './shared-link.ts';

const model = { jobId: '01a20414-cb71-7f5f-9089-9268e2052237', filename: 'Stuhl & Bank #1.glb', ticket: 'a-b_c' };

test('a shared address can be read back, and sends nothing of it to a server', () => {
  const address = new URL(sharedAddress('https://models.example', model));
  expect(parseSharedHash(address.hash)).toEqual(model);
  expect(address.href.slice(0, address.href.indexOf('#'))).toBe('https://models.example/shared');
});

test('an address that was cut short or made up is not accepted', () => {
  const { hash } = new URL(sharedAddress('https://models.example', model));
  expect(parseSharedHash(hash.slice(0, -15))).toBeUndefined();
  expect(parseSharedHash('#job=../../admin&file=a&ticket=b')).toBeUndefined();
  expect(parseSharedHash('')).toBeUndefined();
});
