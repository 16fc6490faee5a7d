import { WebIO } from '@gltf-transform/core';
import { validateBytes } from 'gltf-validator';
import { beforeAll, describe, expect, it } from 'vitest';
import { disc, draw, noise } from '../../test/pictures.ts';
import { boxOf, modelOf3mf, openEdges, readSurface, weld } from '../../test/read-formats.ts';
import { convertModel, generateModel, modelFormats } from '../index.ts';
import type { GeneratedModel, GenerateOptions, ModelFormat, Placement } from '../index.ts';

/** A standing bar, three times as high as it is wide. */
let bar: GeneratedModel;
let relief: GeneratedModel;

const isForPrint = (format: ModelFormat) => format === 'stl' || format === '3mf';
const boxIn = async (glb: Uint8Array, format: ModelFormat, placement?: Placement) =>
  boxOf(await readSurface((await convertModel(glb, format, placement)).bytes, format));

beforeAll(async () => {
  const picture = await draw(400, 400, '<rect x="150" y="50" width="90" height="270" rx="9" fill="#a52"/>');
  [bar, relief] = await Promise.all([
    generateModel(picture, { faceLimit: 900 }),
    generateModel(await noise(160, 120), { faceLimit: 900 }),
  ]);
});

describe.each(modelFormats)('a model as %s', (format) => {
  /** The axis that points up in it. */
  const up = isForPrint(format) ? 2 : 1;

  it('is 100 mm long for printing and one metre otherwise, unless a size is asked for', async () => {
    for (const [placement, size] of [
      [{}, isForPrint(format) ? 100 : 1000],
      [{ sizeMm: 25.4 }, 25.4],
      [{ sizeMm: 1 }, 1],
      [{ sizeMm: 100_000, origin: 'center' }, 100_000],
    ] as const) {
      const { sides } = await boxIn(bar.glb, format, placement);
      expect(sides[up]! / size).toBeCloseTo(1, 5);
      expect(sides[0]! / sides[up]!).toBeCloseTo(1 / 3, 1);
    }
  });

  it('stands on the origin, or has it in its middle', async () => {
    for (const origin of ['bottom', 'center', undefined] as const) {
      const { low, high } = await boxIn(bar.glb, format, { sizeMm: 60, origin });
      for (const axis of [0, 1, 2]) {
        const expected = axis === up && origin !== 'center' ? low[axis] : (low[axis]! + high[axis]!) / 2;
        expect(expected).toBeCloseTo(0, 4);
      }
    }
  });

  it('is closed at any size, with all its positions', async () => {
    for (const sizeMm of [1, 100, 100_000]) {
      for (const { glb, statistics } of [bar, relief]) {
        const surface = weld(await readSurface((await convertModel(glb, format, { sizeMm })).bytes, format));
        expect(surface.points).toHaveLength(statistics.vertices);
        expect(surface.triangles).toHaveLength(statistics.faces);
        expect(openEdges(surface)).toEqual([]);
      }
    }
  });

  it('refuses a size or an origin that there is none of', async () => {
    for (const sizeMm of [0, -1, 0.99, 100_001, Number.NaN, Infinity, '50' as unknown as number]) {
      await expect(convertModel(bar.glb, format, { sizeMm })).rejects.toThrow(RangeError);
    }
    // @ts-expect-error: as from JavaScript
    await expect(convertModel(bar.glb, format, { origin: 'top' })).rejects.toThrow(RangeError);
  });
});

describe('a plaque', () => {
  it.each(['stl', '3mf'] as const)(
    'lies on its level back for printing, as %s, but stands by its old name',
    async (format) => {
      const picture = await disc(240, 90);
      const sidesOf = async (options: GenerateOptions) =>
        (await boxIn((await generateModel(picture, { faceLimit: 900, ...options })).glb, format)).sides;
      const lying = await sidesOf({ shape: 'plaque' });
      expect(lying[2]! / lying[1]!).toBeLessThan(0.2);
      const standing = await sidesOf({ depth: 'medal' });
      expect(standing[1]! / standing[2]!).toBeLessThan(0.3);
    },
  );
});

describe('a relief', () => {
  it.each(['stl', '3mf'] as const)('lies on its flat back for printing, as %s', async (format) => {
    const { points } = await readSurface((await convertModel(relief.glb, format)).bytes, format);
    const { low, high, sides } = boxOf({ points, triangles: [] });
    expect(sides[0]).toBeCloseTo(100, 4);
    expect(sides[1]).toBeCloseTo(75, 0);
    expect(sides[2]).toBeLessThan(15);
    expect(low[2]).toBe(0);
    // The back is all of the underside: its four corners and more. At the top there are single peaks.
    expect(points.filter(([, , z]) => z === 0).length).toBeGreaterThan(3);
    expect(points.filter(([, , z]) => z === high[2]).length).toBeLessThan(20);
  });

  it('lies so too if an earlier version made it', async () => {
    const io = new WebIO();
    const document = await io.readBinary(relief.glb);
    document.getRoot().getAsset()['extras'] = { method: 'relief' };
    const { sides } = await boxIn(await io.writeBinary(document), 'stl');
    expect(sides[2]).toBeLessThan(15);
    // Nobody else's model does.
    document.getRoot().getAsset()['extras'] = {};
    expect((await boxIn(await io.writeBinary(document), 'stl')).sides[2]).toBeGreaterThan(50);
  });

  it.each(['glb', 'obj', 'ply', 'usdz'] as const)('stands upright to be looked at, as %s', async (format) => {
    const { sides } = await boxIn(relief.glb, format, { sizeMm: 100 });
    expect(sides[1]).toBeCloseTo(75, 0);
    expect(sides[2]).toBeLessThan(15);
  });
});

describe('a GLB at another size', () => {
  it('is valid, and keeps everything that nobody here knows', async () => {
    const { bytes } = await convertModel(bar.glb, 'glb', { sizeMm: 50, origin: 'center' });
    const { issues } = await validateBytes(bytes);
    expect(issues.messages.filter(({ severity }) => severity <= 1)).toEqual([]);
    const json = (glb: Uint8Array) => {
      const length = new DataView(glb.buffer, glb.byteOffset).getUint32(12, true);
      return JSON.parse(Buffer.from(glb.slice(20, 20 + length)).toString()) as Record<string, unknown>;
    };
    const { nodes, scenes, ...rest } = json(bytes);
    const { nodes: before, scenes: _, ...restBefore } = json(bar.glb);
    expect(rest).toEqual(restBefore);
    expect(nodes).toHaveLength((before as object[]).length + 1);
    expect(scenes).toMatchObject([{ nodes: [(before as object[]).length] }]);
  });

  it('is the very same bytes where nothing is asked for', async () => {
    expect((await convertModel(bar.glb, 'glb')).bytes).toEqual(bar.glb);
  });
});

describe('a 3MF', () => {
  it('is a package with its types, its relationships and one model in millimetres', async () => {
    const { bytes, contentType, extension } = await convertModel(bar.glb, '3mf');
    expect({ contentType, extension }).toEqual({ contentType: 'model/3mf', extension: '3mf' });
    const model = modelOf3mf(bytes);
    expect(model).toContain('unit="millimeter"');
    expect(model.match(/<object /g)).toHaveLength(1);
    expect(model.match(/<item /g)).toHaveLength(1);
  });

  it('has the colours of the photo at the corners of each triangle', async () => {
    const picture = await draw(
      300,
      300,
      '<rect x="50" y="50" width="100" height="200" fill="#c00"/><rect x="150" y="50" width="100" height="200" fill="#00c"/>',
    );
    const { glb } = await generateModel(picture, { faceLimit: 2000 });
    const { bytes } = await convertModel(glb, '3mf');
    const model = modelOf3mf(bytes);
    const { points } = await readSurface(bytes, '3mf');
    const colours = [...model.matchAll(/<m:color color="#([0-9A-F]{6})"\/>/g)].map(([, hex]) => parseInt(hex!, 16));
    const triangles = [...model.matchAll(/<triangle v1="(\d+)" v2="\d+" v3="\d+" pid="1" p1="(\d+)"/g)];
    expect(triangles.length).toBeGreaterThan(500);
    const wrong = triangles.filter(([, v, p]) => {
      const x = points[Number(v)]![0]!;
      const colour = colours[Number(p)]!;
      return Math.abs(x) > 5 && (x < 0 ? colour >> 16 < 0x90 : (colour & 255) < 0x90);
    });
    expect(wrong).toEqual([]);
  });

  it('lies beyond the corner of the build plate, wherever its origin is', async () => {
    for (const origin of ['bottom', 'center'] as const) {
      const { bytes } = await convertModel(bar.glb, '3mf', { origin });
      const { low } = boxOf(await readSurface(bytes, '3mf'));
      const [, ...shift] = / transform="1 0 0 0 1 0 0 0 1 (\S+) (\S+) (\S+)"/.exec(modelOf3mf(bytes))!;
      for (const axis of [0, 1, 2]) expect(low[axis]! + Number(shift[axis])).toBeCloseTo(0, 4);
    }
  });
});

it('gives the same bytes again, whatever the size', async () => {
  const { glb } = await generateModel(await disc(80, 30), { faceLimit: 300 });
  for (const format of modelFormats) {
    const [first, second] = [
      await convertModel(glb, format, { sizeMm: 7 }),
      await convertModel(glb, format, { sizeMm: 7 }),
    ];
    expect(Buffer.from(first.bytes).equals(second.bytes)).toBe(true);
  }
});
