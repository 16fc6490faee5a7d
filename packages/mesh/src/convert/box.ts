import type { Vector } from '../vector.ts';

/** The smallest box along the axes around something. */
export interface Box {
  low: Vector;
  high: Vector;
}

/** The box around positions, three numbers each. */
export function boxOf(...lists: readonly Float32Array[]): Box {
  const low: Vector = [Infinity, Infinity, Infinity];
  const high: Vector = [-Infinity, -Infinity, -Infinity];
  for (const positions of lists) {
    for (let i = 0; i < positions.length; i += 3) {
      for (let c = 0; c < 3; c++) {
        const value = positions[i + c]!;
        if (value < low[c]!) low[c] = value;
        if (value > high[c]!) high[c] = value;
      }
    }
  }
  return { low, high };
}

/** Its extent along each axis. */
export function sidesOf({ low, high }: Box): Vector {
  return [high[0] - low[0], high[1] - low[1], high[2] - low[2]];
}
