import sharp from 'sharp';
import { expect, it } from 'vitest';
import { alphaMask } from '../../test/check-model.ts';
import { blurredGround, mug, photograph, textPage, vase } from '../../test/pictures.ts';
import { decodePreview } from '../image/decode-image.ts';
import type { Picture } from '../image/picture.ts';
import { resample } from '../image/resample.ts';
import { findCandidates } from './find-candidates.ts';
import { intersectionOverUnion } from './measure-cut.ts';
import { loadPrior } from './prior/load-prior.ts';

it('gives the best first, each method once, and the whole picture among them', async () => {
  for (const image of [await mug(600), await textPage(400, 600), await vase(300)]) {
    const { picture } = await decodePreview(image);
    const candidates = findCandidates(picture);
    const methods = candidates.map(({ method }) => method);
    const scores = candidates.map(({ score }) => score);
    expect(new Set(methods).size).toBe(methods.length);
    expect(methods).toContain('relief');
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    for (const { coverage } of candidates) {
      expect(coverage).toHaveLength(picture.width * picture.height);
      expect(coverage.every((c) => c >= 0 && c <= 1)).toBe(true);
    }
    expect(findCandidates(picture)).toEqual(candidates);
  }
});

it('puts the transparency of a cut-out first, as a model does, however sure the others are', async () => {
  const { picture } = await decodePreview(await glass(400, 500));
  expect(findCandidates(picture, loadPrior())[0]?.method).toBe('alpha');
});

it('says of the whole picture that no object stands out only where none does', async () => {
  const found = async (image: Uint8Array) => findCandidates((await decodePreview(image)).picture);
  const [clear, none] = [await found(await mug(600)), await found(await blank())];
  expect(clear[0]!.method).not.toBe('relief');
  expect(clear.find(({ method }) => method === 'relief')!.warnings).toEqual([]);
  expect(none[0]).toMatchObject({ method: 'relief', warnings: [{ id: 'mesh.relief_proposed' }] });
});

it('asks a prior for a cut of its own, and believes what agrees with it more', async () => {
  const { picture, right } = await knownPicture();
  const [agrees, contradicts] = [right, right.map((c) => 1 - c)].map((answer) =>
    findCandidates(picture, {
      run: ({ width, height }) => resample(answer, picture.width, picture.height, width, height),
    }),
  );
  const scoreOf = (candidates: typeof agrees, method: string): number =>
    candidates?.find((candidate) => candidate.method === method)?.score ?? 0;
  expect(findCandidates(picture).some(({ method }) => method === 'learned')).toBe(false);
  const learned = agrees!.find(({ method }) => method === 'learned')!;
  expect(intersectionOverUnion(learned.coverage, right)).toBeGreaterThan(0.9);
  expect(scoreOf(agrees, 'scene')).toBeGreaterThan(scoreOf(contradicts, 'scene'));
});

async function knownPicture(): Promise<{ picture: Picture; right: Float32Array }> {
  const { picture } = await decodePreview(await photograph(await blurredGround(320), await vase(320)));
  return { picture, right: Float32Array.from(await alphaMask(await vase(320, '#000'))) };
}

/** A clear glass with a firmer edge, cut out: before black, from which it stands out well. */
async function glass(width: number, height: number): Promise<Uint8Array> {
  const pixels = Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    const aside = Math.abs(x - width / 2);
    const isInside = aside < 90 && y > 60 && y < 440;
    const isEdge = isInside && (aside > 78 || y < 72 || y > 425);
    return [150 + (x % 40), 190, 210, isEdge ? 128 : isInside ? 77 : 0];
  });
  return await sharp(Uint8Array.from(pixels.flat()), { raw: { width, height, channels: 4 } })
    .png()
    .toBuffer();
}

/** A picture of nothing. */
async function blank(): Promise<Uint8Array> {
  return await sharp({ create: { width: 300, height: 200, channels: 3, background: '#fff' } })
    .png()
    .toBuffer();
}
