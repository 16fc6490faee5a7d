import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { alphaMask } from '../../test/check-model.ts';
import {
  blurredGround,
  chair,
  draw,
  mug,
  noise,
  photograph,
  ring,
  shadedBall,
  starrySky,
  textPage,
  vase,
  vaseOutline,
} from '../../test/pictures.ts';
import { vaseOnTable } from '../../test/vase-on-table.ts';
import { decodeImage } from '../image/decode-image.ts';
import { findForeground } from './find-foreground.ts';
import { sureScore } from './judge-cuts.ts';
import { intersectionOverUnion } from './measure-cut.ts';
import { findPieces } from './pieces.ts';
import { loadPrior } from './prior/load-prior.ts';

describe('findForeground', () => {
  it('segments a cut-out by its alpha channel', async () => {
    const picture = await chair(400);
    const { method, overlap } = await compare(picture, await alphaMask(picture));
    expect(method).toBe('alpha');
    expect(overlap).toBeGreaterThan(0.995);
  });

  it('ignores an alpha channel that hides nothing', async () => {
    const opaque = await sharp(await ring(400, '#fff'))
      .ensureAlpha()
      .png()
      .toBuffer();
    expect((await compare(opaque, await alphaMask(await ring(400)))).method).toBe('backdrop');
  });

  it('counts a soft shadow as background', async () => {
    const ball = await draw(800, 800, '<g transform="scale(8)"><circle cx="50" cy="50" r="33"/></g>');
    const { method, overlap } = await compare(await shadedBall(800), await alphaMask(ball));
    expect(method).toBe('backdrop');
    expect(overlap).toBeGreaterThan(0.985);
  });

  it('finds a mug and the opening of its handle in front of a studio sweep', async () => {
    const shape =
      '<g transform="scale(8)"><path d="M66 38 C 88 34, 88 68, 64 66" fill="none" stroke="#000" stroke-width="6"/><path d="M26 26 L 70 26 L 66 76 Q 48 84 30 76 Z"/><ellipse cx="48" cy="26" rx="22" ry="5"/></g>';
    const { method, overlap } = await compare(await mug(800), await alphaMask(await draw(800, 800, shape)));
    expect(method).toBe('backdrop');
    expect(overlap).toBeGreaterThan(0.97);
  });

  it.each(['#fff', '#000', '#2b6', '#808080'])(
    'finds a chair and its openings on %s, with a camera’s noise',
    async (background) => {
      const clean = await chair(600, background);
      const noisy = await sharp(clean)
        .composite([{ input: await grain(600), blend: 'soft-light' }])
        .jpeg({ quality: 88 })
        .toBuffer();
      const { method, overlap } = await compare(noisy, await alphaMask(await chair(600)));
      expect(method).toBe('backdrop');
      expect(overlap).toBeGreaterThan(0.95);
    },
  );

  it('keeps a panel of the object that has the background’s colour', async () => {
    const body = (panel: string) =>
      `<rect x="80" y="80" width="240" height="240" rx="40" fill="#a33"/><rect x="140" y="150" width="120" height="90" fill="${panel}"/>`;
    const shaded = await draw(
      400,
      400,
      `<linearGradient id="p"><stop offset="0" stop-color="#fff"/><stop offset="1" stop-color="#e8e6e0"/></linearGradient>${body('url(#p)')}`,
      '#fff',
    );
    const { overlap } = await compare(shaded, await alphaMask(await draw(400, 400, body('#fff'))));
    expect(overlap).toBeGreaterThan(0.98);
  });

  it('finds one clear object in a busy scene', async () => {
    const { picture, mask } = await vaseOnTable('#e8b23c');
    const { method, overlap } = await compare(picture, mask);
    expect(method).not.toBe('relief');
    expect(overlap).toBeGreaterThan(0.9);
  });

  it('finds a sharp object before a ground that is out of focus', async () => {
    const picture = await photograph(await blurredGround(600), await vase(600));
    expect((await compare(picture, await alphaMask(await vase(600, '#000')))).overlap).toBeGreaterThan(0.92);
  });

  it.each(['#000', '#1c2430', '#302418'])(
    'cuts off the shadow of %s that an object casts on a plain ground',
    async (colour) => {
      const outline = `<path transform="scale(6)" d="${vaseOutline}" fill="${colour}"/>`;
      const shadow = await draw(
        600,
        600,
        `<filter id="wide"><feGaussianBlur stdDeviation="7"/></filter><g opacity="0.45" filter="url(#wide)" transform="translate(300 510) skewX(-50) scale(1 0.5) translate(-300 -510)">${outline}</g>`,
      );
      const ground = await draw(600, 600, '', '#e4e0da');
      const picture = await photograph(ground, shadow, await vase(600));
      expect((await compare(picture, await alphaMask(await vase(600, '#000')))).overlap).toBeGreaterThan(0.92);
    },
  );

  it('finds an object that the border of the picture cuts', async () => {
    const cut = async (image: Uint8Array) =>
      new Uint8Array(await sharp(image).extract({ left: 0, top: 0, width: 600, height: 440 }).png().toBuffer());
    for (const ground of [await draw(600, 600, '', '#c9d2d8'), await blurredGround(600)]) {
      const picture = await photograph(await cut(ground), await cut(await vase(600)));
      const mask = await alphaMask(await cut(await vase(600, '#000')));
      expect((await compare(picture, mask)).overlap).toBeGreaterThan(0.88);
    }
  });

  it.each([0, 1, 2])('makes no solid of a page of text or a sky full of stars (%i)', async (seed) => {
    for (const picture of [await textPage(620, 877, seed), await starrySky(800, 600, seed)]) {
      expect((await find(picture)).method).toBe('relief');
    }
  });

  it('leaves out crumbs beside the object', async () => {
    const crumbs = [30, 90, 500, 560].map((x) => `<circle cx="${x}" cy="${40 + (x % 7) * 70}" r="5" fill="#643"/>`);
    const picture = await photograph(await draw(600, 600, crumbs.join(''), '#e9e4dd'), await vase(600));
    const found = await find(picture);
    if (found.kind !== 'object') throw new Error(found.method);
    expect(findPieces(found.coverage, 600, 600).areas).toHaveLength(1);
  });

  it('keeps all parts of an object, or the largest alone', async () => {
    const picture = await draw(400, 300, '<circle cx="120" cy="150" r="80"/><circle cx="300" cy="150" r="50"/>');
    for (const [parts, count] of [
      ['all', 2],
      ['largest', 1],
    ] as const) {
      const found = findForeground(await decodeImage(picture), { parts });
      if (found.kind !== 'object') throw new Error(found.method);
      expect(findPieces(found.coverage, 400, 300).areas).toHaveLength(count);
    }
  });

  it('finds the whole of a glass that is translucent itself', async () => {
    const glass = (fill: string, shine: string) =>
      draw(
        400,
        400,
        `<path d="M120 60 h160 l-25 280 h-110 z" fill="${fill}"/><path d="M150 90 h14 l-6 200 h-6 z" fill="${shine}"/>`,
      );
    const picture = await glass('rgba(120,170,190,.38)', '#fff');
    const { method, overlap } = await compare(picture, await alphaMask(await glass('#000', '#000')));
    expect({ method, whole: overlap > 0.98 }).toEqual({ method: 'alpha', whole: true });
  });

  it('looks through an alpha that is the same everywhere', async () => {
    const veiled = await sharp(await ring(400, '#fff'))
      .removeAlpha()
      .ensureAlpha(0.49)
      .png()
      .toBuffer();
    const { method, overlap } = await compare(veiled, await alphaMask(await ring(400)));
    expect({ method, right: overlap > 0.97 }).toEqual({ method: 'backdrop', right: true });
  });

  it('warns of every cut that it is not sure of', async () => {
    for (const picture of [
      await mug(500),
      await shadedBall(500),
      (await vaseOnTable('#e8b23c')).picture,
      await noise(300, 300),
    ]) {
      const found = await find(picture);
      const warned = found.warnings.length > 0;
      expect(warned).toBe(found.kind === 'picture' || (found.score ?? 1) < sureScore);
    }
  });

  it('finds no object where there is only texture', async () => {
    for (const [width, height] of [
      [400, 300],
      [200, 380],
    ] as const) {
      const found = await find(await noise(width, height));
      expect(found.method).toBe('relief');
    }
  });
});

async function find(image: Uint8Array): Promise<ReturnType<typeof findForeground>> {
  return findForeground(await decodeImage(image), { prior: loadPrior() });
}

async function compare(image: Uint8Array, mask: Uint8Array): Promise<{ method: string; overlap: number }> {
  const found = await find(image);
  if (found.kind !== 'object') return { method: found.method, overlap: 0 };
  return { method: found.method, overlap: intersectionOverUnion(found.coverage, Float32Array.from(mask)) };
}

/** Faint noise around middle grey. */
async function grain(side: number): Promise<Buffer> {
  return sharp(await noise(side, side))
    .linear(0.25, 96)
    .png()
    .toBuffer();
}
