import { expect, test } from 'vitest';
import { outlineOf } from './outline.ts';

/** How often each point is an end of a piece: twice, if the line is closed. */
function endsOf(lines: readonly number[]): Map<string, number> {
  const ends = new Map<string, number>();
  for (let n = 0; n < lines.length; n += 2) {
    const point = `${lines[n]!.toFixed(4)} ${lines[n + 1]!.toFixed(4)}`;
    ends.set(point, (ends.get(point) ?? 0) + 1);
  }
  return ends;
}

test('a single pixel has a diamond around its centre', () => {
  const lines = outlineOf(Float32Array.from([0, 0, 0, 0, 1, 0, 0, 0, 0]), 3, 3);
  expect(lines.length / 4).toBe(4);
  expect([...endsOf(lines).keys()].sort()).toEqual(
    ['1.0000 1.5000', '1.5000 1.0000', '1.5000 2.0000', '2.0000 1.5000'].sort(),
  );
});

test('the line is closed around everything, at the border and where corners meet as well', () => {
  let state = 7;
  const coverage = Float32Array.from({ length: 20 * 15 }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 16) / 65_536;
  });
  const ends = endsOf(outlineOf(coverage, 20, 15));
  expect(ends.size).toBeGreaterThan(100);
  expect([...ends].filter(([, count]) => count % 2 === 1)).toEqual([]);
});

test('nothing and everything kept have no line but the border', () => {
  expect(outlineOf(new Float32Array(6), 3, 2)).toEqual([]);
  const around = outlineOf(new Float32Array(6).fill(1), 3, 2);
  expect(around.filter((_, n) => n % 2 === 0).every((x) => x >= 0 && x <= 3)).toBe(true);
});
