import sharp from 'sharp';
import { expect, it } from 'vitest';
import { alphaMask } from '../../test/check-model.ts';
import { blurredGround, chair, draw, photograph, vase } from '../../test/pictures.ts';
import { decodeImage } from '../image/decode-image.ts';
import { resample } from '../image/resample.ts';
import { alignMask } from './align.ts';
import { intersectionOverUnion } from './measure-cut.ts';

const side = 800;

it.each([80, 160, 320])('moves the edge of a mask of %i pixels onto that of the photo', async (small) => {
  const grounds = [await draw(side, side, '', '#d9d4cc'), await blurredGround(side)];
  for (const object of [vase, chair]) {
    for (const ground of grounds) {
      const picture = await decodeImage(await photograph(ground, await object(side)));
      const right = Float32Array.from(await alphaMask(await object(side)));
      const coarse = resample(right, side, side, small, small).map((c) => (c >= 0.5 ? 1 : 0));
      const plain = intersectionOverUnion(resample(coarse, small, small, side, side), right);
      const aligned = intersectionOverUnion(alignMask(coarse, small, small, picture), right);
      // What is lost at the least is a fifth smaller than by enlarging alone.
      expect(1 - aligned).toBeLessThan(0.8 * (1 - plain));
    }
  }
});

it('leaves the edge where enlarging puts it where both sides look alike', async () => {
  const grey = await decodeImage(await draw(side, side, '', '#888'));
  const coarse = Float32Array.from({ length: 80 * 80 }, (_, i) => (i % 80 > 20 && i % 80 < 61 ? 1 : 0));
  const plain = resample(coarse, 80, 80, side, side);
  expect(intersectionOverUnion(alignMask(coarse, 80, 80, grey), plain)).toBe(1);
});

it('takes a mask as large as the picture as it is', async () => {
  const picture = await decodeImage(
    new Uint8Array(
      await sharp(await vase(300))
        .flatten()
        .png()
        .toBuffer(),
    ),
  );
  const mask = Float32Array.from({ length: picture.width * picture.height }, (_, i) => (i % 3) / 2);
  expect(alignMask(mask, picture.width, picture.height, picture)).toEqual(mask);
});
