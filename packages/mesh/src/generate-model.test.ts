import { describe, expect, it } from 'vitest';
import sharp from 'sharp';
import { alphaMask, compareFront, findDefects, genus, solidsOf } from '../test/check-model.ts';
import { chair, disc, draw, logo, mug, noise, ring, shadedBall, thin } from '../test/pictures.ts';
import { readModel } from '../test/read-model.ts';
import { cutImage, generateModel, stages } from './index.ts';
import type { Statistics } from './index.ts';

/** For tests that do not depend on how fine the surface is. */
const few = { faceLimit: 2000 };

describe('generateModel', () => {
  it('makes a closed, manifold, valid model of every kind of picture', async () => {
    const pictures = {
      disc: await disc(300, 100),
      ring: await ring(300, '#fff'),
      chair: await chair(400),
      ball: await shadedBall(300),
      mug: await mug(300),
      logo: await logo(300),
      wheel: await thin(500),
      noise: await noise(160, 120),
      small: await disc(16, 6),
      'wide, to the very edge': await draw(400, 8 * 2, '<rect width="400" height="16" fill="#345"/>'),
    };
    const defects: Record<string, string[]> = {};
    for (const [name, picture] of Object.entries(pictures)) {
      const { glb } = await generateModel(picture, { faceLimit: 6000 });
      const found = await findDefects(glb);
      if (found.length > 0) defects[name] = found.slice(0, 5);
    }
    expect(defects).toEqual({});
  });

  it.each([100, 101, 700, 20_000])('keeps to %i faces, and stays closed', async (faceLimit) => {
    for (const picture of [await chair(300), await logo(256)]) {
      const { glb, statistics } = await generateModel(picture, { faceLimit });
      const { model } = await readModel(glb);
      expect(model.triangles.length / 3).toBe(statistics.faces);
      expect(statistics.faces).toBeLessThanOrEqual(faceLimit);
      expect(await findDefects(glb)).toEqual([]);
    }
  });

  it.each([100, 3000])('keeps a relief to %i faces too', async (faceLimit) => {
    const { glb, statistics } = await generateModel(await noise(64, 48), { faceLimit });
    expect(statistics.method).toBe('relief');
    expect(statistics.faces).toBeLessThanOrEqual(faceLimit);
    expect(await findDefects(glb)).toEqual([]);
  });

  it('uses most of the faces it may', async () => {
    const { statistics } = await generateModel(await logo(400), { faceLimit: 5000 });
    expect(statistics.faces).toBeGreaterThan(4000);
  });

  it('reports which parts it left out for a low limit', async () => {
    const dots = Array.from(
      { length: 49 },
      (_, i) => `<circle cx="${30 + 57 * (i % 7)}" cy="${30 + 57 * Math.floor(i / 7)}" r="${8 + (i % 5)}"/>`,
    );
    const { statistics } = await generateModel(await draw(400, 400, dots.join('')), { faceLimit: 200 });
    expect(textsOf(statistics).join(' ')).toMatch(/small separate parts were left out/);
  });

  it('looks like a compact shape from the front', async () => {
    const picture = await draw(600, 500, '<ellipse cx="300" cy="250" rx="230" ry="170" fill="url(#ball)"/>');
    const { glb } = await generateModel(picture);
    const { overlap, psnr } = await compareFront(glb, picture, await alphaMask(picture));
    expect(overlap).toBeGreaterThan(0.99);
    expect(psnr).toBeGreaterThan(30);
  });

  it('looks like a fine shape from the front', async () => {
    for (const picture of [await chair(800), await logo(800)]) {
      const { glb } = await generateModel(picture);
      const { overlap, psnr } = await compareFront(glb, picture, await alphaMask(picture));
      expect(overlap).toBeGreaterThan(0.98);
      expect(psnr).toBeGreaterThan(30);
    }
  });

  it('finds the same outline on a plain background as in the cut-out', async () => {
    for (const shape of [chair, logo]) {
      const mask = await alphaMask(await shape(600));
      const picture = await shape(600, '#f4f2ee');
      const { glb, statistics } = await generateModel(picture);
      expect(statistics.method).toBe('backdrop');
      expect((await compareFront(glb, picture, mask)).overlap).toBeGreaterThan(0.975);
    }
  });

  it('shows the whole picture on a relief', async () => {
    const picture = await noise(280, 210);
    const { glb, statistics } = await generateModel(picture);
    expect(statistics.method).toBe('relief');
    expect(statistics.width).toBeCloseTo(1, 2);
    const { overlap, psnr } = await compareFront(glb, picture, new Uint8Array(280 * 210).fill(1));
    expect(overlap).toBeGreaterThan(0.99);
    expect(psnr).toBeGreaterThan(30);
  });

  it('keeps the holes of rings and chairs open', async () => {
    expect(await genus((await generateModel(await ring(300, '#fff'), few)).glb)).toEqual({ parts: 1, genus: 1 });
    // Four openings between the posts and slats, and two rows of three between the legs, the lower row open below.
    expect(await genus((await generateModel(await chair(600, '#fff'))).glb)).toEqual({ parts: 1, genus: 7 });
  });

  it('makes a disc as thick as the preset says, by default a soft-capped ball', async () => {
    const picture = await disc(300, 120);
    const depths: number[] = [];
    for (const depth of ['medal', 'soft', 'full'] as const) {
      const { statistics } = await generateModel(picture, { depth, ...few });
      depths.push(statistics.depth / statistics.width);
    }
    // Factor f and cap c of the width: f / √(1 + (f / 2c)²), as shares of the width.
    const expected = [
      [0.6, 0.07],
      [0.75, 0.33],
      [1, 0.5],
    ].map(([f, c]) => f! / Math.sqrt(1 + (f! / 2 / c!) ** 2));
    for (const [i, depth] of depths.entries()) expect(depth).toBeCloseTo(expected[i]!, 2);
  });

  it('stands on the origin in metres, the longest side of the object one metre', async () => {
    const { glb, statistics } = await generateModel(
      await draw(500, 250, '<rect x="100" y="50" width="300" height="150" fill="#777"/>'),
    );
    const { model } = await readModel(glb);
    const axis = (a: number) => Array.from(model.positions).filter((_, i) => i % 3 === a);
    expect(statistics.width).toBeCloseTo(1, 6);
    expect(statistics.height).toBeCloseTo(0.5, 2);
    expect(Math.min(...axis(1))).toBeCloseTo(0, 6);
    expect(Math.max(...axis(0)) + Math.min(...axis(0))).toBeCloseTo(0, 5);
    expect(Math.max(...axis(2)) + Math.min(...axis(2))).toBeCloseTo(0, 5);
  });

  it('is as large as asked for, around its middle if asked', async () => {
    const picture = await draw(500, 250, '<rect x="100" y="50" width="300" height="150" fill="#777"/>');
    const { glb, statistics } = await generateModel(picture, { sizeMm: 120, origin: 'center', ...few });
    const { model } = await readModel(glb);
    expect(statistics.width).toBeCloseTo(0.12, 6);
    for (const axis of [0, 1, 2]) {
      const along = Array.from(model.positions).filter((_, i) => i % 3 === axis);
      expect(Math.max(...along) + Math.min(...along)).toBeCloseTo(0, 6);
    }
    expect(await findDefects(glb)).toEqual([]);
    for (const sizeMm of [0, -5, Number.NaN, Infinity, 1e9])
      await expect(generateModel(picture, { sizeMm })).rejects.toMatchObject({ code: 'INVALID_OPTIONS' });
  });

  it('says of how many solids it is made, and what they enclose', async () => {
    for (const [picture, sizeMm] of [
      [await logo(256), 1000],
      [await ring(200), 50],
      [await noise(100, 75), 1000],
    ] as const) {
      const { glb, statistics } = await generateModel(picture, { sizeMm, ...few });
      const { parts, volume } = await solidsOf(glb);
      expect(statistics).toMatchObject({ parts, watertight: true });
      expect(statistics.volume! / volume).toBeCloseTo(1, 4);
    }
  });

  it('gives the same bytes again', async () => {
    for (const picture of [await mug(256), await noise(100, 75)]) {
      const [first, second] = [await generateModel(picture, few), await generateModel(picture, few)];
      expect(Buffer.from(first.glb).equals(second.glb)).toBe(true);
      expect(Buffer.from(first.preview).equals(second.preview)).toBe(true);
    }
  });

  it('records in the file and in the statistics what was done', async () => {
    const { glb, statistics } = await generateModel(await noise(100, 75), few);
    const { extras } = await readModel(glb);
    expect(textsOf(statistics)[0]).toMatch(/couldn’t find a clear object/);
    expect(extras).toMatchObject({ method: 'relief', warnings: textsOf(statistics) });
    expect(JSON.stringify(extras)).toContain('relief of the whole picture');
  });

  it('makes a relief of one plain colour and warns', async () => {
    const { glb, statistics } = await generateModel(await draw(120, 90, '', '#7a8'), few);
    expect(statistics.method).toBe('relief');
    expect(statistics.warnings).toHaveLength(1);
    expect(await findDefects(glb)).toEqual([]);
  });

  it('makes a relief of anything on request', async () => {
    const { statistics } = await generateModel(await disc(200, 70), { mode: 'relief', ...few });
    expect(statistics).toMatchObject({ method: 'relief', warnings: [] });
  });

  it('rejects an object that is not there', async () => {
    const picture = draw(120, 90, '', '#7a8');
    await expect(generateModel(await picture, { mode: 'object' })).rejects.toMatchObject({ code: 'NO_FOREGROUND' });
  });

  it('uses a mask of any size instead of any segmentation', async () => {
    const picture = await noise(200, 150);
    const mask = await draw(200, 150, '<circle cx="100" cy="75" r="50" fill="#fff"/>', '#000');
    const { glb, statistics } = await generateModel(picture, { mask, ...few });
    expect(statistics.method).toBe('mask');
    expect(statistics.width / (await readModel(glb)).frame.width).toBeCloseTo(0.5, 2);
    expect(await findDefects(glb)).toEqual([]);
    const black = await draw(200, 150, '', '#000');
    const clear = await draw(200, 150, '');
    for (const empty of [black, clear]) {
      await expect(generateModel(picture, { mask: empty })).rejects.toMatchObject({ code: 'NO_FOREGROUND' });
    }
  });

  it('takes the alpha of a cut-out as a mask, and an all-white mask as the whole picture', async () => {
    const picture = await noise(200, 150);
    const cutOut = await draw(200, 150, '<circle cx="100" cy="75" r="50" fill="#123"/>');
    expect((await generateModel(picture, { mask: cutOut, ...few })).statistics).toMatchObject({
      method: 'mask',
      width: expect.closeTo(1, 2) as number,
      height: expect.closeTo(1, 2) as number,
    });
    const white = await draw(20, 16, '', '#fff');
    const { statistics } = await generateModel(picture, { mask: white, ...few });
    expect(statistics).toMatchObject({ method: 'relief', warnings: [] });
    expect(statistics.cut).toBeUndefined();
  });

  it('makes each cut-out that it offers, and the first of them by itself', async () => {
    const picture = await mug(500);
    const { candidates } = await cutImage(picture);
    for (const { method, mask } of candidates) {
      const { statistics } = await generateModel(picture, { mask, ...few });
      expect(statistics.method).toBe(method === 'relief' ? 'relief' : 'mask');
    }
    const { statistics } = await generateModel(picture, few);
    expect(statistics.cut?.method).toBe(candidates[0]!.method);
  });

  it('makes the largest part alone on request', async () => {
    const picture = await draw(400, 300, '<circle cx="120" cy="150" r="80"/><circle cx="300" cy="150" r="50"/>');
    expect((await genus((await generateModel(picture, few)).glb)).parts).toBe(2);
    expect((await genus((await generateModel(picture, { parts: 'largest', ...few })).glb)).parts).toBe(1);
  });

  it('embosses detail only on request, and stays closed', async () => {
    const stripes = Array.from(
      { length: 12 },
      (_, i) => `<rect x="${60 + 25 * i}" y="60" width="12" height="280" fill="#222"/>`,
    ).join('');
    const picture = await draw(
      400,
      400,
      `<rect x="50" y="50" width="300" height="300" rx="60" fill="#ddd"/>${stripes}`,
    );
    const [plain, embossed] = [await generateModel(picture, few), await generateModel(picture, { detail: 1, ...few })];
    expect(Buffer.from(plain.glb).equals(embossed.glb)).toBe(false);
    expect(await findDefects(embossed.glb)).toEqual([]);
  });

  it('reports every stage in order, with a fraction that never decreases', async () => {
    const seen: string[] = [];
    const messages: (string | undefined)[] = [];
    const fractions: number[] = [];
    await generateModel(
      await disc(200, 70),
      {},
      {
        report: ({ stage, fraction, message }) => {
          if (seen.at(-1) !== stage) seen.push(stage);
          fractions.push(fraction);
          expect(message.text).not.toMatch(/^$|[{}]/);
          messages.push(message.id);
        },
      },
    );
    expect(seen).toEqual([...stages]);
    expect(messages).toEqual([...stages.map((stage) => `mesh.stage.${stage}`), 'mesh.done']);
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    expect(fractions.at(-1)).toBe(1);
  });

  it('stops with the reason of the signal, whatever the stage', async () => {
    const picture = await disc(200, 70);
    for (const stage of stages) {
      const controller = new AbortController();
      const reason = new Error(`stopped at ${stage}`);
      const running = generateModel(
        picture,
        {},
        {
          signal: controller.signal,
          report: (progress) => progress.stage === stage && controller.abort(reason),
        },
      );
      await expect(running).rejects.toBe(reason);
    }
  });

  it('draws a preview of 512 pixels on a transparent background', async () => {
    const { preview } = await generateModel(await disc(200, 70));
    const { format, width, height, hasAlpha } = await sharp(preview).metadata();
    expect({ format, width, height, hasAlpha }).toEqual({ format: 'webp', width: 512, height: 512, hasAlpha: true });
    const { data } = await sharp(preview).raw().toBuffer({ resolveWithObject: true });
    expect(data[3]).toBe(0);
    expect(data[4 * (256 * 512 + 256) + 3]).toBe(255);
  });

  it.each([0, 99, 100.5, -1, Number.NaN])('rejects a face limit of %d', async (faceLimit) => {
    await expect(generateModel(await disc(100, 30), { faceLimit })).rejects.toMatchObject({
      code: 'FACE_LIMIT_TOO_LOW',
    });
  });
});

function textsOf({ warnings }: Statistics): string[] {
  return warnings.map(({ text }) => text);
}
