import { hash, mix, noise, smoothstep, turbulence } from '../noise.ts';
import type { Scene, Surface } from '../scene.ts';
import { blend, bucket, cylinder, ellipsoid, rod, sphere } from '../shapes.ts';

/** A potted cactus on a wooden table by a window. */
export const cactus: Scene = {
  width: 960,
  height: 1152,
  samples: 36,
  eye: [0.8, 3.6, 11.5],
  target: [0.05, 1.62, 0],
  angle: 24,
  aperture: 0.16,
  ground: { kind: 'table', surface: table },
  lamp: { towards: [-1.2, 1.0, 0.75], size: [0.5, 0.65], radiance: [4.6, 4.3, 3.8] },
  sky: (x, y) => [0.2 - 0.08 * x + 0.1 * y, 0.22 - 0.08 * x + 0.11 * y, 0.25 - 0.08 * x + 0.13 * y],
  backdrop: room,
  bounds: { centre: [0, 1.65, 0], radius: 2.2 },
  distance: (x, y, z) => Math.min(pot(x, y, z), soil(x, y, z), plant(x, y, z), flower(x, y, z)),
  surface,
  exposure: 1.12,
  grain: 2.2,
};

function pot(x: number, y: number, z: number): number {
  const wall = bucket(x, y - 0.56, z, 0.64, 0.88, 0.55);
  const lip = cylinder(x, y - 1.06, z, 1.0, 0.17, 0.05);
  const hollow = cylinder(x, y - 1.25, z, 0.84, 0.3, 0.02);
  return Math.max(blend(wall, lip, 0.05), -hollow) - 0.01;
}

function soil(x: number, y: number, z: number): number {
  if (y > 1.3) return y - 1.2;
  return cylinder(x, y - 0.98, z, 0.86, 0.12, 0.02) - 0.05 * turbulence(x * 6, 1, z * 6);
}

function plant(x: number, y: number, z: number): number {
  if (y < 0.9) return Math.max(0.15, 1 - y);
  const turn = Math.atan2(z, x);
  const ribs = 0.05 * (1 - Math.abs(Math.sin(turn * 7)));
  const trunk = ellipsoid(x, y - 2.1, z, 0.6, 1.18, 0.6) - ribs * smoothstep(0.02, 0.3, Math.hypot(x, z));
  return Math.min(blend(trunk, arm(x, y, z, 1), 0.1), blend(trunk, arm(x, y, z, -1), 0.1)) * 0.8;
}

/** Out to one side and up; the left one is higher and shorter. */
function arm(x: number, y: number, z: number, side: 1 | -1): number {
  const [px, py] = [x * side, y - (side > 0 ? 0 : 0.32)];
  const top = side > 0 ? 2.45 : 2.2;
  const out = rod(px, py, z, [0.4, 1.75, 0], [0.9, 1.82, 0], 0.18, 0.2);
  const upright = rod(px, py, z, [0.94, 1.86, 0], [1.0, top, 0], 0.215, 0.2);
  const turn = Math.atan2(z, px - 0.96);
  return blend(out, upright - 0.025 * (1 - Math.abs(Math.sin(turn * 5))), 0.12);
}

function flower(x: number, y: number, z: number): number {
  if (y < 2.9) return Math.max(0.12, 3.05 - y);
  const turn = Math.atan2(z, x);
  const petal = 0.3 + 0.07 * Math.cos(turn * 8);
  const cup = ellipsoid(x, y - 3.3 - 0.35 * (x * x + z * z), z, petal, 0.13, petal);
  return Math.min(cup * 0.6, sphere(x, y - 3.42, z, 0.1));
}

function surface(x: number, y: number, z: number): Surface {
  const parts = [pot(x, y, z), soil(x, y, z), plant(x, y, z), flower(x, y, z)];
  const nearest = parts.indexOf(Math.min(...parts));
  if (nearest === 0) {
    const stain = turbulence(x * 2.4, y * 2.4, z * 2.4) * 0.7 + 0.3 * noise(x * 40, y * 40, z * 40);
    return { colour: [mix(0.4, 0.58, stain), mix(0.155, 0.25, stain), mix(0.08, 0.15, stain)], gloss: 0, roughness: 0 };
  }
  if (nearest === 1) {
    const crumb = 0.5 + hash(Math.floor(x * 26), Math.floor(y * 26), Math.floor(z * 26));
    return { colour: [0.075 * crumb, 0.05 * crumb, 0.032 * crumb], gloss: 0, roughness: 0 };
  }
  if (nearest === 3) {
    const heart = smoothstep(0.14, 0.08, Math.hypot(x, z));
    return {
      colour: [mix(0.8, 0.85, heart), mix(0.1, 0.6, heart), mix(0.26, 0.08, heart)],
      gloss: 0.2,
      roughness: 0.3,
    };
  }
  return skin(x, y, z);
}

/** Green, paler on the ribs, with rows of woolly dots where the spines sit. */
function skin(x: number, y: number, z: number): Surface {
  const middle = Math.hypot(x, z) < 0.72 ? 0 : Math.sign(x) * 0.96;
  const folds = middle === 0 ? 7 : 5;
  const wave = Math.abs(Math.sin(Math.atan2(z, x - middle) * folds));
  const crest = smoothstep(0.35, 0.0, wave);
  const dot = crest * smoothstep(0.36, 0.22, Math.abs(((y * 7) % 1) - 0.5)) * smoothstep(0.14, 0.05, wave);
  const tone = turbulence(x * 2, y * 2, z * 2);
  const at = (low: number, high: number, wool: number): number =>
    mix(mix(low, high, 0.6 * crest + 0.4 * tone), wool, dot);
  return { colour: [at(0.04, 0.16, 0.75), at(0.14, 0.33, 0.7), at(0.05, 0.11, 0.5)], gloss: 0.35, roughness: 0.35 };
}

function table(x: number, z: number): Surface {
  const plank = Math.floor((z + 40) / 1.35);
  const edge = Math.abs((((z + 40) / 1.35) % 1) - 0.5) * 2;
  const gap = smoothstep(0.975, 0.995, edge);
  const sway = turbulence(x * 0.35 + plank * 7, plank, z * 2.2);
  const line = noise(x * 0.7 + plank * 31, sway * 14 + z * 9, plank);
  const fibre = noise(x * 3, z * 60, plank) * 0.14;
  const shade = (0.7 + 0.3 * hash(plank, 3, 5)) * (0.72 + 0.4 * line - fibre) * (1 - 0.75 * gap);
  return { colour: [0.44 * shade, 0.255 * shade, 0.14 * shade], gloss: 0.45, roughness: 0.28 };
}

/** The far end of the room, out of focus: a bright window to the left, lamps and shelves as soft discs. */
function room(x: number, y: number, z: number): readonly [number, number, number] {
  const [u, v] = [x / -z, y / -z];
  const window = smoothstep(0.08, -0.32, u);
  const wall = 0.5 + 0.3 * noise(u * 4, v * 4, 1);
  let [r, g, b] = [mix(0.2, 0.52, window) * wall, mix(0.19, 0.55, window) * wall, mix(0.18, 0.56, window) * wall];
  for (let i = 0; i < 22; i++) {
    const d = Math.hypot(u - (hash(i, 1, 1) - 0.5) * 0.7, v - (hash(i, 2, 1) * 0.45 - 0.2));
    const disc = smoothstep(0.05, 0.03, d) * 0.28 * hash(i, 3, 1);
    r += disc * (0.6 + hash(i, 4, 1));
    g += disc * (0.5 + 0.6 * hash(i, 4, 1));
    b += disc * 0.5;
  }
  return [r, g, b];
}
