import { expect, it } from 'vitest';
import { checkOptions } from './check-options.ts';
import { generateModel } from './index.ts';
import type { GenerateOptions } from './index.ts';

/** As a program without types would pass them. */
const loose = (options: Record<string, unknown>) => options as GenerateOptions;

it.each([
  [{ depth: '__proto__' }, 'mesh.depth_invalid'],
  [{ depth: 'toString' }, 'mesh.depth_invalid'],
  [{ depth: Number.NaN }, 'mesh.depth_invalid'],
  [{ depth: 0 }, 'mesh.depth_invalid'],
  [{ depth: 101 }, 'mesh.depth_invalid'],
  [{ depth: null }, 'mesh.depth_invalid'],
  [{ depth: {} }, 'mesh.depth_invalid'],
  [{ shape: '__proto__' }, 'mesh.shape_invalid'],
  [{ shape: 'constructor' }, 'mesh.shape_invalid'],
  [{ shape: 7 }, 'mesh.shape_invalid'],
  [{ mode: '__proto__' }, 'mesh.mode_invalid'],
  [{ mode: null }, 'mesh.mode_invalid'],
  [{ detail: Number.NaN }, 'mesh.detail_invalid'],
  [{ detail: Number.POSITIVE_INFINITY }, 'mesh.detail_invalid'],
  [{ detail: '0.5' }, 'mesh.detail_invalid'],
  [{ detail: null }, 'mesh.detail_invalid'],
  [{ parts: 'x' }, 'mesh.parts_invalid'],
  [{ parts: null }, 'mesh.parts_invalid'],
  [{ sizeMm: Number.POSITIVE_INFINITY }, 'mesh.size_invalid'],
  [{ sizeMm: Number.NaN }, 'mesh.size_invalid'],
  [{ sizeMm: 0 }, 'mesh.size_invalid'],
  [{ sizeMm: '50' }, 'mesh.size_invalid'],
  [{ origin: 'toString' }, 'mesh.origin_invalid'],
  [{ origin: null }, 'mesh.origin_invalid'],
])('%j is refused with a sentence', async (options, id) => {
  const image = Uint8Array.of(1);
  await expect(generateModel(image, loose(options))).rejects.toMatchObject({ code: 'INVALID_OPTIONS', id });
});

it.each([{ faceLimit: Number.NaN }, { faceLimit: '500' }, { faceLimit: null }, { faceLimit: {} }])(
  'so is %j',
  async (options) => {
    await expect(generateModel(Uint8Array.of(1), loose(options))).rejects.toMatchObject({ code: 'FACE_LIMIT_TOO_LOW' });
  },
);

it('fills in defaults, and keeps a detail within its bounds', () => {
  expect(checkOptions({})).toEqual({
    shape: 'auto',
    depth: undefined,
    detail: 0,
    mode: 'auto',
    parts: 'all',
    faceLimit: 20_000,
  });
  expect(checkOptions({ detail: 7 }).detail).toBe(1);
  expect(checkOptions({ detail: -7 }).detail).toBe(0);
});
