import { expect, test } from 'vitest';
import { minimise, relaxation } from './total-variation.ts';
import type { EdgeCosts, Relaxation } from './total-variation.ts';

const [width, height] = [41, 30];

/** 50 iterations for every pixel, whatever changes. */
function minimiseAll({ u, lead, px, py }: Relaxation, data: Float32Array, { across, down }: EdgeCosts): void {
  const step = 0.35;
  const clamp = (value: number, max: number): number => Math.min(Math.max(value, -max), max);
  for (let iteration = 0; iteration < 50; iteration++) {
    for (let i = 0; i < data.length; i++) {
      const here = lead[i]!;
      px[i + 1] = clamp(px[i + 1]! + step * (lead[i + 1]! - here), across[i]!);
      py[i + width] = clamp(py[i + width]! + step * (lead[i + width]! - here), down[i]!);
      const divergence = px[i + 1]! - px[i]! + py[i + width]! - py[i]!;
      const before = u[i]!;
      const next = Math.min(Math.max(before + step * (divergence - data[i]!), 0), 1);
      u[i] = next;
      lead[i] = 2 * next - before;
    }
  }
}

test('leaving out pixels that have settled changes nothing, in several rounds', () => {
  let state = 1;
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const inside = (i: number): boolean => Math.hypot((i % width) - 18, Math.floor(i / width) - 14) < 9;
  const start = Float32Array.from({ length: width * height }, () => random());
  const edges: EdgeCosts = {
    across: Float32Array.from(start, (_, i) => ((i + 1) % width === 0 ? 0 : random())),
    down: Float32Array.from(start, (_, i) => (i + width >= start.length ? 0 : random())),
  };
  const [quick, slow] = [relaxation(start, width), relaxation(start, width)];
  for (const strength of [0.2, 3, -1]) {
    const data = Float32Array.from(start, (_, i) => strength * (inside(i) ? -1 : 1) * random());
    minimise(quick, data, edges, width);
    minimiseAll(slow, data, edges);
    expect(quick.u).toEqual(slow.u);
    expect(quick.lead).toEqual(slow.lead);
  }
});
