import { expect, test } from 'vitest';
import { footprintOf } from './footprint.ts';

const ground = { left: -1, front: 1, side: 2, ground: 0, height: 1 };

/** How dark it is at a place on the ground. */
function darkAt({ cells, count }: ReturnType<typeof footprintOf>, x: number, z: number): number {
  return cells[Math.floor(((1 - z) / 2) * count) * count + Math.floor(((x + 1) / 2) * count)] ?? Number.NaN;
}

test('the shadow is darkest where the model touches the ground, soft around it, and away from it there is none', () => {
  const shadow = footprintOf([{ x: 0.5, y: 0, z: 0.5 }], ground);
  expect(darkAt(shadow, 0.5, 0.5)).toBeCloseTo(1, 1);
  const beside = darkAt(shadow, 0.38, 0.5);
  expect(beside).toBeGreaterThan(0.05);
  expect(beside).toBeLessThan(0.9);
  expect(darkAt(shadow, -0.5, -0.5)).toBe(0);
});

test('what is high above the ground casts no shadow, and what is near it a fainter one', () => {
  const shadow = footprintOf(
    [
      { x: -0.5, y: 0, z: 0 },
      { x: 0.5, y: 0.2, z: 0 },
      { x: 0, y: 0.9, z: 0.6 },
    ],
    ground,
  );
  expect(darkAt(shadow, 0.5, 0)).toBeLessThan(darkAt(shadow, -0.5, 0));
  expect(darkAt(shadow, 0.5, 0)).toBeGreaterThan(0);
  expect(darkAt(shadow, 0, 0.6)).toBe(0);
});

test('nothing casts no shadow', () => {
  expect(Math.max(...footprintOf([], ground).cells)).toBe(0);
});
