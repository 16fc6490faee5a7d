import { expect, test } from 'vitest';
import { boxBlur } from './blur.ts';
import { findComponents } from './connected-components.ts';
import { dilate, erode } from './morphology.ts';

/** A mask of 0 and 1, of which this share is 1; the same for the same numbers. */
function randomMask(width: number, height: number, share: number, seed: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length: width * height }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state < share * 2 ** 32 ? 1 : 0;
  });
}

const sizes = [
  [1, 1],
  [7, 1],
  [1, 6],
  [9, 5],
  [19, 13],
] as const;
const masks = sizes.flatMap(([width, height]) =>
  [0, 0.3, 0.6, 0.95, 1].map((share, seed) => ({ width, height, mask: randomMask(width, height, share, seed + 1) })),
);

/** The pixels of `mask` that are joined with `start`. */
function flood(mask: Uint8Array, width: number, height: number, start: number, corners: boolean): Set<number> {
  const found = new Set([start]);
  for (const at of found) {
    const [x, y] = [at % width, Math.floor(at / width)];
    for (const [dx, dy] of [-1, 0, 1].flatMap((d) => [-1, 0, 1].map((e) => [d, e] as const))) {
      if (!corners && dx !== 0 && dy !== 0) continue;
      const [nx, ny] = [x + dx, y + dy];
      if (nx < 0 || ny < 0 || nx >= width || ny >= height) continue;
      if (mask[ny * width + nx] === mask[start]) found.add(ny * width + nx);
    }
  }
  return found;
}

test.each([4, 8] as const)(
  'regions are those that a flood over %i neighbours finds, in the order of their first pixels',
  (neighbours) => {
    for (const { width, height, mask } of masks) {
      for (const value of [0, 1] as const) {
        const labels = new Int32Array(mask.length).fill(-1);
        const areas: number[] = [];
        const touchesBorder: boolean[] = [];
        for (let start = 0; start < mask.length; start++) {
          if (mask[start] !== value || labels[start] !== -1) continue;
          const region = flood(mask, width, height, start, neighbours === 8);
          for (const at of region) labels[at] = areas.length;
          areas.push(region.size);
          const atBorder = (at: number): boolean =>
            at % width === 0 || at % width === width - 1 || at < width || at >= mask.length - width;
          touchesBorder.push([...region].some(atBorder));
        }
        expect(findComponents(mask, width, height, value, neighbours)).toEqual({ labels, areas, touchesBorder });
      }
    }
  },
);

test('a mask is dilated and eroded as far as the radius, up to the corners of the square', () => {
  for (const { width, height, mask } of masks) {
    for (const radius of [1, 3, 40]) {
      const window = (at: number): number[] => {
        const [x, y] = [at % width, Math.floor(at / width)];
        return [...mask].filter(
          (_, n) => Math.abs((n % width) - x) <= radius && Math.abs(Math.floor(n / width) - y) <= radius,
        );
      };
      const any = Uint8Array.from(mask, (_, at) => Math.max(...window(at)));
      const all = Uint8Array.from(mask, (_, at) => Math.min(...window(at)));
      expect(dilate(mask, width, height, radius)).toEqual(any);
      expect(erode(mask, width, height, radius)).toEqual(all);
    }
  }
});

test('a blur is the mean over the window, clipped at the border', () => {
  for (const { width, height, mask } of masks) {
    for (const radius of [1, 3, 40]) {
      const blurred = boxBlur(new Float32Array(mask), width, height, radius);
      for (let at = 0; at < mask.length; at++) {
        const [x, y] = [at % width, Math.floor(at / width)];
        const window = [...mask].filter(
          (_, n) => Math.abs((n % width) - x) <= radius && Math.abs(Math.floor(n / width) - y) <= radius,
        );
        expect(blurred[at]).toBeCloseTo(window.reduce((sum, value) => sum + value, 0) / window.length, 5);
      }
    }
  }
});
