import { expect, test } from 'vitest';
import type { Drawable } from '../../src/render/rasterise.ts';
import { fitSilhouette } from './silhouette.ts';

const [width, height] = [120, 90];

/** An upright sheet that faces the viewer. */
function sheet(w: number, h: number): Drawable {
  const positions = Float32Array.of(-w / 2, 0, 0, w / 2, 0, 0, w / 2, h, 0, -w / 2, h, 0);
  return { positions, normals: positions, uvs: new Float32Array(8), triangles: Uint32Array.of(0, 1, 2, 0, 2, 3) };
}

function rectangle(left: number, top: number, w: number, h: number): Uint8Array {
  return Uint8Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return x >= left && x < left + w && y >= top && y < top + h ? 1 : 0;
  });
}

test('a model of the right shape fits wherever it stands and however large it is', () => {
  const mask = rectangle(60, 10, 48, 24);
  expect(fitSilhouette(sheet(0.4, 0.2), mask, width, height)).toBe(1);
  expect(fitSilhouette(sheet(1, 0.5), mask, width, height)).toBeGreaterThan(0.95);
});

test('a model of another shape does not', () => {
  expect(fitSilhouette(sheet(0.4, 0.4), rectangle(60, 10, 48, 24), width, height)).toBeLessThan(0.6);
});
