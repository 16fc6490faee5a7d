import { mix, smoothstep, turbulence, noise } from '../noise.ts';
import type { Scene, Surface } from '../scene.ts';
import { blend, carve, cylinder, ellipsoid, rod, sphere, torus } from '../shapes.ts';

/** A glazed stoneware teapot on white paper. */
export const teapot: Scene = {
  width: 1152,
  height: 960,
  samples: 36,
  eye: [0.25, 2.5, 10.5],
  target: [0.12, 1.12, 0],
  angle: 18.5,
  aperture: 0,
  ground: { kind: 'paper' },
  lamp: { towards: [-0.75, 1.35, 0.7], size: [0.42, 0.5], radiance: [4.3, 4.2, 4.05] },
  sky: (_x, y) => [0.62 + 0.12 * y, 0.64 + 0.12 * y, 0.67 + 0.13 * y],
  bounds: { centre: [0.1, 1.1, 0], radius: 2.15 },
  distance,
  surface,
  exposure: 0.95,
  grain: 1.1,
};

function distance(x: number, y: number, z: number): number {
  return Math.min(pot(x, y, z), lid(x, y, z));
}

function pot(x: number, y: number, z: number): number {
  let d = ellipsoid(x, y - 0.98, z, 1.22, 0.96, 1.22);
  d = blend(d, cylinder(x, y - 0.12, z, 0.74, 0.1, 0.04), 0.12);
  d = Math.max(d, 0.015 - y);
  if (x > 0.7) {
    const low = rod(x, y, z, [0.9, 0.72, 0], [1.42, 1.02, 0], 0.3, 0.19);
    const high = rod(x, y, z, [1.42, 1.02, 0], [1.78, 1.72, 0], 0.19, 0.115);
    d = blend(d, blend(low, high, 0.12), 0.16);
    d = carve(d, rod(x, y, z, [1.62, 1.42, 0], [1.86, 1.9, 0], 0.07, 0.09), 0.03);
  }
  if (x < -0.6) d = blend(d, handle(x, y, z), 0.09);
  return d;
}

function handle(x: number, y: number, z: number): number {
  const [px, py] = [x + 1.22, (y - 1.1) * 0.92];
  return torus(px, py, z * 0.72, 0.52, 0.095) * 0.9;
}

function lid(x: number, y: number, z: number): number {
  if (y < 1.5) return 1.5 - y + 0.1;
  const dome = Math.max(ellipsoid(x, y - 1.66, z, 0.68, 0.34, 0.68), 1.74 - y);
  const rim = cylinder(x, y - 1.765, z, 0.66, 0.035, 0.03);
  const knob = blend(sphere(x, y - 2.17, z, 0.15), cylinder(x, y - 2.02, z, 0.075, 0.1, 0.02), 0.08);
  return blend(blend(dome, rim, 0.04), knob, 0.05);
}

/** Teal glaze that thins to brown at edges and runs out above a bare foot. */
function surface(x: number, y: number, z: number): Surface {
  const bare = smoothstep(0.03, 0.0, y - 0.19 - 0.035 * (noise(x * 5, 3, z * 5) - 0.5));
  const cloud = turbulence(x * 1.6, y * 2.2 + 9, z * 1.6);
  const speck = noise(x * 30, y * 30, z * 30) > 0.87 ? 0.45 : 1;
  const lipped = smoothstep(0.045, 0.0, Math.abs(y - 1.735)) * smoothstep(0.85, 0.6, Math.hypot(x, z));
  const thin = Math.min(1, lipped + smoothstep(1.74, 1.84, x) * 0.9 + smoothstep(2.26, 2.32, y) * 0.5);
  const glaze = [mix(0.02, 0.07, cloud), mix(0.17, 0.34, cloud), mix(0.19, 0.33, cloud)] as const;
  const worn = [0.3, 0.17, 0.09] as const;
  const clay = [0.46, 0.33, 0.23] as const;
  const at = (c: 0 | 1 | 2): number => mix(mix(glaze[c] * speck, worn[c], thin), clay[c] * (0.85 + 0.3 * cloud), bare);
  return { colour: [at(0), at(1), at(2)], gloss: 1 - bare, roughness: 0.05 };
}
