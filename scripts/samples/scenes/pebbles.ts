import { hash, mix, noise, smoothstep, turbulence } from '../noise.ts';
import type { Scene, Surface } from '../scene.ts';
import { ellipsoid } from '../shapes.ts';

/** Beach pebbles from above: a picture full of things and no one thing. */
export const pebbles: Scene = {
  width: 1024,
  height: 768,
  samples: 16,
  eye: [0, 14, 0.9],
  target: [0, 0, 0],
  angle: 24,
  aperture: 0,
  ground: { kind: 'table', surface: sand },
  lamp: { towards: [-1, 1.15, 0.45], size: [0.3, 0.3], radiance: [9.5, 9.1, 8.4] },
  sky: (_x, y) => [0.27 + 0.06 * y, 0.3 + 0.07 * y, 0.35 + 0.09 * y],
  bounds: { centre: [0, 0.3, 0], radius: 5.4 },
  distance,
  surface,
  exposure: 1.05,
  grain: 2,
};

/** Cells to each side of the middle. */
const REACH = 8;
const ROW = 2 * REACH + 1;
const CELL = 0.82;
const STONES = Array.from({ length: ROW * ROW }, (_, n) => layStone((n % ROW) - REACH, Math.floor(n / ROW) - REACH));

function layStone(i: number, k: number) {
  const size = 0.42 + 0.22 * hash(i, k, 4);
  const turn = hash(i, k, 3) * Math.PI;
  return {
    i,
    k,
    x: (i + (hash(i, k, 1) - 0.5) * 0.55) * CELL,
    y: 0.12 + 0.34 * hash(i, k, 7),
    z: (k + (hash(i, k, 2) - 0.5) * 0.55) * CELL,
    cos: Math.cos(turn),
    sin: Math.sin(turn),
    lean: (hash(i, k, 8) - 0.5) * 0.4,
    long: size,
    high: size * (0.5 + 0.25 * hash(i, k, 6)),
    wide: size * (0.62 + 0.3 * hash(i, k, 5)),
  };
}

/** Looks at the stones of the cells around alone; above all stones a quick bound does. */
function distance(x: number, y: number, z: number): number {
  return y > 1.2 ? y - 1.05 : toStone(x, y, z, stoneAt(x, y, z));
}

function stoneAt(x: number, y: number, z: number): number {
  const ci = within(Math.round(x / CELL) + REACH);
  const ck = within(Math.round(z / CELL) + REACH);
  let best = Infinity;
  let found = 0;
  for (let k = ck - 1; k <= ck + 1; k++) {
    for (let i = ci - 1; i <= ci + 1; i++) {
      const d = toStone(x, y, z, k * ROW + i);
      if (d < best) {
        best = d;
        found = k * ROW + i;
      }
    }
  }
  return found;
}

function within(cell: number): number {
  return Math.min(ROW - 2, Math.max(1, cell));
}

function toStone(x: number, y: number, z: number, n: number): number {
  const s = STONES[n]!;
  const [px, pz] = [x - s.x, z - s.z];
  return (
    ellipsoid(s.cos * px + s.sin * pz, y - s.y - s.lean * px, s.cos * pz - s.sin * px, s.long, s.high, s.wide) * 0.8
  );
}

const TONES = [
  [0.42, 0.4, 0.37],
  [0.2, 0.21, 0.23],
  [0.5, 0.36, 0.25],
  [0.62, 0.59, 0.53],
  [0.3, 0.2, 0.16],
  [0.27, 0.32, 0.33],
  [0.56, 0.45, 0.33],
] as const;

function surface(x: number, y: number, z: number): Surface {
  const { i, k } = STONES[stoneAt(x, y, z)]!;
  const tone = TONES[Math.floor(hash(i, k, 9) * TONES.length)] ?? TONES[0];
  const mottle = 0.72 + 0.5 * turbulence(x * 4 + i, y * 4, z * 4 + k) - 0.22 * noise(x * 45, y * 45, z * 45);
  const along = x * Math.cos(i * 2.3) + z * Math.sin(i * 2.3) + 0.2 * turbulence(x * 2, y * 2, z * 2);
  const vein = hash(i, k, 10) > 0.6 ? smoothstep(0.05, 0.02, Math.abs(((along * 2.2 + 40) % 1) - 0.5)) * 0.55 : 0;
  const at = (c: 0 | 1 | 2): number => mix(tone[c] * mottle, 0.68, vein);
  return { colour: [at(0), at(1), at(2)], gloss: hash(i, k, 11) > 0.7 ? 0.5 : 0.1, roughness: 0.3 };
}

function sand(x: number, z: number): Surface {
  const bright = 0.6 + 0.5 * noise(x * 40, 1, z * 40);
  return { colour: [0.3 * bright, 0.25 * bright, 0.19 * bright], gloss: 0, roughness: 0 };
}
