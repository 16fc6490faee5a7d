import { describe, expect, it } from 'vitest';
import { layGrid } from '../meshing/grid.ts';
import { inflate } from './inflate.ts';
import { smoothNormals } from './normals.ts';

describe('smoothNormals', () => {
  it('point away from the axis of a disc, and lie in the picture’s plane at its outline', () => {
    const side = 240;
    const coverage = Float32Array.from({ length: side * side }, (_, at) =>
      Math.min(Math.max(90.5 - Math.hypot((at % side) - 119.5, Math.floor(at / side) - 119.5), 0), 1),
    );
    const grid = layGrid(coverage, side, side)!;
    const normalAt = smoothNormals(grid, inflate(grid, 'full'));
    const centre = (grid.columns - 1) / 2;
    const radius = 90 / grid.cell;
    // A vertex of the outline lies on a grid line next to an inside node.
    const rim = radius - 1;
    for (let turn = 0; turn < 24; turn++) {
      const [c, s] = [Math.cos((turn * Math.PI) / 12), Math.sin((turn * Math.PI) / 12)];
      const [x, y, z] = normalAt(centre + c * rim, -centre + s * rim, 0)!;
      expect(z).toBe(0);
      expect((x * c + y * s) / Math.hypot(x, y)).toBeGreaterThan(0.99);
    }
    const [x, y, z] = normalAt(centre, -centre, radius)!;
    expect(Math.hypot(x, y) / z).toBeLessThan(0.02);
  });
});
