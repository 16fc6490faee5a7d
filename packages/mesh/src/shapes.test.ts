import { describe, expect, it } from 'vitest';
import sharp from 'sharp';
import { alphaMask, compareFront, findDefects, genus, volume } from '../test/check-model.ts';
import { countCrossings } from '../test/crossings.ts';
import { chair, draw, logo, ring } from '../test/pictures.ts';
import { readModel } from '../test/read-model.ts';
import {
  apple,
  ball,
  blackboard,
  bottle,
  coin,
  guitar,
  planet,
  printedDisc,
  sign,
  soccerBall,
  spanner,
} from '../test/shape-pictures.ts';
import { generateModel, previewShapes, shapeKinds } from './index.ts';
import type { GenerateOptions } from './index.ts';

describe('every shape', () => {
  it.each(shapeKinds)(
    '%s is closed, manifold and within any limit, and does not pass through itself',
    async (shape) => {
      for (const [picture, faceLimit] of [
        [await chair(300), 100],
        [await logo(256), 900],
        [await bottle(300, 20), 6000],
        [await ring(300), 2500],
      ] as const) {
        const { glb, statistics } = await generateModel(picture, { shape, faceLimit });
        const { model } = await readModel(glb);
        expect(statistics.shape).toBe(shape);
        expect(statistics.faces).toBeLessThanOrEqual(faceLimit);
        expect(await findDefects(glb)).toEqual([]);
        expect(countCrossings(model.positions, model.triangles)).toBe(0);
      }
    },
  );

  it.each(shapeKinds)('%s looks like the picture from the front, and is the same again', async (shape) => {
    const picture = await bottle(500);
    const { glb } = await generateModel(picture, { shape });
    const { overlap, psnr } = await compareFront(glb, picture, await alphaMask(picture));
    expect(overlap).toBeGreaterThan(0.99);
    expect(psnr).toBeGreaterThan(30);
    expect(Buffer.from((await generateModel(picture, { shape })).glb).equals(glb)).toBe(true);
  });

  it.each(shapeKinds)('%s keeps a hole open', async (shape) => {
    const { glb } = await generateModel(await ring(300), { shape, faceLimit: 2000 });
    expect(await genus(glb)).toEqual({ parts: 1, genus: 1 });
  });

  it.each(['round', 'soft', 'flat', 'plaque'] as const)('%s is as thick as the percentage says', async (shape) => {
    for (const depth of [4, 30]) {
      const { statistics } = await generateModel(await bottle(300), { shape, depth, faceLimit: 4000 });
      const longest = Math.max(statistics.width, statistics.height);
      expect(statistics.depth / longest).toBeGreaterThan(0.94 * (depth / 100));
      expect(statistics.depth / longest).toBeLessThan(1.06 * (depth / 100));
    }
  });
});

describe('a flat body', () => {
  it('has the same thickness nearly everywhere', async () => {
    const picture = await draw(400, 300, '<rect x="40" y="40" width="320" height="220" rx="10" fill="#456"/>');
    // Of a box all of its bounding box would be full, of an ellipsoid half.
    expect(await fullness(picture, { shape: 'flat' })).toBeGreaterThan(0.88);
    expect(await fullness(picture, { shape: 'round' })).toBeLessThan(0.75);
  });
});

describe('a plaque', () => {
  it('has a relief in front and a level back', async () => {
    const { glb } = await generateModel(await sign(400), { shape: 'plaque' });
    const { positions } = (await readModel(glb)).model;
    const [front, back] = [new Set<number>(), new Set<number>()];
    for (let at = 0; at < positions.length; at += 3) {
      const [x, y, z] = [positions[at]!, positions[at + 1]! - 0.44, positions[at + 2]!];
      if (Math.hypot(x, y) > 0.3) continue;
      (z > 0 ? front : back).add(Math.round(z * 2000));
    }
    expect(back.size).toBeLessThanOrEqual(3);
    expect(front.size).toBeGreaterThan(8);
  });
});

describe('a turned body', () => {
  it.each([0, 25, 90])('has circles across its axis, leaning by %i degrees', async (tilt) => {
    const { glb } = await generateModel(await bottle(500, tilt), { shape: 'lathe' });
    const { positions } = (await readModel(glb)).model;
    const turn = (tilt * Math.PI) / 180;
    const points = Array.from({ length: positions.length / 3 }, (_, v) => {
      const [x, y, z] = [positions[3 * v]!, positions[3 * v + 1]!, positions[3 * v + 2]!];
      // Upright again: the axis is the vertical.
      return { aside: x * Math.cos(turn) - y * Math.sin(turn), along: x * Math.sin(turn) + y * Math.cos(turn), z };
    });
    const [low, high] = [Math.min(...points.map((p) => p.along)), Math.max(...points.map((p) => p.along))];
    const middle = points.map((p) => p.aside).toSorted((a, b) => a - b);
    const axis = (middle[0]! + middle.at(-1)!) / 2;
    // The lower half of the bottle is a cylinder.
    const body = points.filter(({ along }) => {
      const share = (along - low) / (high - low);
      return share > 0.15 && share < 0.4;
    });
    const radius = Math.max(...body.map((p) => p.z));
    expect(body.length).toBeGreaterThan(100);
    for (const { aside, z } of body) expect(Math.abs(Math.hypot(aside - axis, z) - radius)).toBeLessThan(0.03 * radius);
  });

  it('goes on behind without a seam in sight: at the sides, both sides have the same colours', async () => {
    const { glb } = await generateModel(await bottle(500), { shape: 'lathe' });
    const { model, texture } = await readModel(glb);
    const seen = new Map<string, number[]>();
    let [worst, seams] = [0, 0];
    for (let v = 0; v < model.positions.length / 3; v++) {
      const key = model.positions.subarray(3 * v, 3 * v + 3).join(' ');
      const u = Math.round(model.uvs[2 * v]! * texture.width - 0.5);
      const w = Math.round(model.uvs[2 * v + 1]! * texture.height - 0.5);
      const at = 3 * (Math.min(w, texture.height - 1) * texture.width + Math.min(u, texture.width - 1));
      const colour = [texture.rgb[at]!, texture.rgb[at + 1]!, texture.rgb[at + 2]!];
      const other = seen.get(key);
      if (other) {
        seams++;
        worst = Math.max(worst, ...colour.map((c, k) => Math.abs(c - other[k]!)));
      }
      seen.set(key, colour);
    }
    expect(seams).toBeGreaterThan(100);
    expect(worst).toBeLessThan(28);
  });

  it('is flattened by a thickness below its width, and never made thicker than it is wide', async () => {
    const picture = await bottle(300);
    const sizes = [];
    for (const depth of [undefined, 10, 100]) {
      const options = depth === undefined ? {} : { depth };
      sizes.push((await generateModel(picture, { shape: 'lathe', faceLimit: 3000, ...options })).statistics);
    }
    const [own, thin, thick] = sizes;
    expect(own!.depth / own!.width).toBeCloseTo(1, 1);
    expect(thin!.depth / thin!.height).toBeCloseTo(0.1, 2);
    expect(thick!.depth).toBeCloseTo(own!.depth, 3);
  });
});

describe('without a shape', () => {
  it.each([
    ['a bottle', bottle, 'lathe'],
    ['a ball', ball, 'round'],
    ['a coin', coin, 'plaque'],
    ['a sign', sign, 'plaque'],
    ['a spanner', spanner, 'flat'],
  ] as const)('%s becomes what it is', async (_, make, shape) => {
    expect((await generateModel(await make(300), { faceLimit: 500 })).statistics.shape).toBe(shape);
  });

  it.each([
    ['a soccer ball', soccerBall],
    ['a planet', planet],
    ['an apple', apple],
    ['a small ball', (): Promise<Uint8Array> => ball(50)],
  ] as const)('%s is nearly as deep as it is wide', async (_, make) => {
    const { statistics } = await generateModel(await make(300), { faceLimit: 800 });
    expect(statistics.depth / Math.min(statistics.width, statistics.height)).toBeGreaterThan(0.85);
  });

  it.each([
    ['a printed disc', printedDisc],
    ['a guitar', guitar],
    ['a blackboard', blackboard],
  ] as const)('%s is thin', async (_, make) => {
    const { statistics } = await generateModel(await make(300), { faceLimit: 800 });
    expect(['flat', 'plaque']).toContain(statistics.shape);
    expect(statistics.depth / Math.min(statistics.width, statistics.height)).toBeLessThan(0.3);
  });

  it.each([
    ['a soccer ball', soccerBall],
    ['an apple', apple],
    ['a bottle', bottle],
    ['a guitar', guitar],
  ] as const)('%s becomes the same by its alpha, by a mask, and by the cut of a photo of it', async (_, make) => {
    const cutOut = await make(256);
    const photo = await sharp(cutOut).flatten({ background: '#8fb4d6' }).png().toBuffer();
    const mask = await sharp(cutOut).extractChannel('alpha').png().toBuffer();
    const shapes = [];
    for (const [picture, given] of [[cutOut], [photo, mask], [photo]] as const) {
      const options = given ? { mask: given } : { mode: 'object' as const };
      shapes.push((await generateModel(picture, { ...options, faceLimit: 300 })).statistics.shape);
    }
    expect(new Set(shapes).size).toBe(1);
  });

  it('a name for the thickness makes what it always made', async () => {
    const shapes = [];
    for (const depth of ['medal', 'soft', 'full'] as const) {
      shapes.push((await generateModel(await coin(300), { depth, faceLimit: 500 })).statistics.shape);
    }
    expect(shapes).toEqual(['plaque', 'soft', 'round']);
  });

  it('a relief has none', async () => {
    const { statistics } = await generateModel(await coin(300), { mode: 'relief', depth: 20, faceLimit: 500 });
    expect(statistics.shape).toBeUndefined();
    expect(statistics.depth).toBeGreaterThan(0.1);
    expect(statistics.depth).toBeLessThanOrEqual(0.2);
  });
});

describe('previewShapes', () => {
  it('shows the likely shapes, best first, small', async () => {
    const { shapes } = await previewShapes(await coin(400), { sizePx: 96 });
    expect(shapes.length).toBeGreaterThanOrEqual(2);
    expect(shapes.length).toBeLessThanOrEqual(3);
    // A disc may be a ball or a plate.
    expect(shapes.map(({ shape }) => shape)).toEqual(expect.arrayContaining(['plaque', 'round']));
    expect(shapes.map(({ score }) => score)).toEqual(shapes.map(({ score }) => score).toSorted((a, b) => b - a));
    expect(shapes[0]!.shape).toBe((await generateModel(await coin(400), { faceLimit: 300 })).statistics.shape);
    for (const { preview } of shapes) {
      const { format, width, height } = await sharp(preview).metadata();
      expect({ format, width, height }).toEqual({ format: 'webp', width: 96, height: 96 });
    }
  });

  it('has nothing to show of what is too thin at that size', async () => {
    const needle = await draw(17, 1683, '<rect x="6" y="300" width="6" height="1000" fill="#a00"/>');
    expect((await generateModel(needle, { faceLimit: 500 })).statistics.watertight).toBe(true);
    expect(await previewShapes(needle)).toEqual({ shapes: [] });
  });

  it('uses a mask, and has nothing to show where the whole picture becomes a relief', async () => {
    const plain = await draw(200, 150, '', '#7a8');
    expect(await previewShapes(plain)).toEqual({ shapes: [] });
    const mask = await draw(200, 150, '<circle cx="100" cy="75" r="50" fill="#fff"/>', '#000');
    expect((await previewShapes(plain, { mask, sizePx: Number.NaN })).shapes.length).toBeGreaterThanOrEqual(2);
  });
});

/** Volume as a share of the bounding box. */
async function fullness(picture: Uint8Array, options: GenerateOptions): Promise<number> {
  const { glb, statistics } = await generateModel(picture, options);
  const { positions, triangles } = (await readModel(glb)).model;
  return volume(positions, triangles) / (statistics.width * statistics.height * statistics.depth);
}
