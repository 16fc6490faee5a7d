import sharp from 'sharp';
import { expect, test } from 'vitest';
import { disc, draw } from '../../test/pictures.ts';
import { compose } from './compose.ts';
import { overlap, toMask } from './overlap.ts';

const grass = await photo();

async function photo(): Promise<{ width: number; height: number; rgb: Uint8Array }> {
  const [width, height] = [400, 300];
  const rgb = Uint8Array.from({ length: width * height * 3 }, (_, i) => ((i * 7919) % 97) + (i % 3 === 1 ? 60 : 0));
  return { width, height, rgb };
}

test('the mask is where the object was painted', async () => {
  const cutout = await disc(300, 120);
  const composite = await compose({ cutout, ground: 'textured', photos: [grass], seed: 'one' });
  const { width, height, mask, jpeg } = composite!;
  const { data, info } = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true });
  expect([info.width, info.height]).toEqual([width, height]);
  // The disc is red, the ground green.
  const red = Uint8Array.from(mask, (_, i) => (data[3 * i]! > data[3 * i + 1]! + 60 ? 1 : 0));
  expect(overlap(red, toMask(mask, 128))).toBeGreaterThan(0.97);
});

test('the same seed gives the same bytes, another seed another picture', async () => {
  const cutout = await disc(300, 120);
  const make = (seed: string) => compose({ cutout, ground: 'plain', photos: [], seed, wild: true });
  const [a, b, other] = [await make('one'), await make('one'), await make('two')];
  expect(Buffer.compare(a!.jpeg, b!.jpeg)).toBe(0);
  expect(Buffer.compare(a!.mask, b!.mask)).toBe(0);
  expect(Buffer.compare(a!.jpeg, other!.jpeg)).not.toBe(0);
});

test('a cut-out that is half transparent has no right outline', async () => {
  const glass = await draw(
    200,
    200,
    '<circle cx="100" cy="100" r="80" fill="#39c" opacity="0.5"/><circle cx="50" cy="50" r="9"/>',
  );
  expect(await compose({ cutout: glass, ground: 'plain', photos: [], seed: 'one' })).toBeUndefined();
});
