import sharp from 'sharp';
import { rolldown } from 'rolldown';
import { expect, it } from 'vitest';
import { chair, disc, mug, noise } from '../test/pictures.ts';
import { cutImage } from './index.ts';

it('bundles for a browser, with nothing of Node or of the decoder in it', async () => {
  const bundle = await rolldown({ input: new URL('cut.ts', import.meta.url).pathname, platform: 'browser' });
  const { output } = await bundle.generate({ format: 'esm', minify: true });
  await bundle.close();
  expect(output).toHaveLength(1);
  expect(output[0].imports).toEqual([]);
});

it('offers the outlines of a photo as small masks, best first, the whole picture among them', async () => {
  for (const [picture, best] of [
    [await chair(400), 'alpha'],
    [await mug(900), 'backdrop'],
    [await noise(400, 300), 'relief'],
  ] as const) {
    const { width, height, candidates } = await cutImage(picture);
    const scores = candidates.map(({ score }) => score);
    expect(candidates[0]!.method).toBe(best);
    expect(candidates.filter(({ method }) => method === 'relief')).toHaveLength(1);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    for (const score of scores) expect(score >= 0 && score <= 1).toBe(true);
    for (const { mask } of candidates) {
      const { format, channels, width: across, height: down } = await sharp(mask).metadata();
      expect({ format, channels }).toEqual({ format: 'png', channels: 1 });
      expect(Math.max(across, down)).toBe(320);
      expect(across / down).toBeCloseTo(width / height, 2);
    }
  }
});

it('gives the same candidates again', async () => {
  const picture = await disc(300, 90, '#dde');
  expect(await cutImage(picture)).toEqual(await cutImage(picture));
});
