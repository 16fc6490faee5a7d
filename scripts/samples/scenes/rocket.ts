import { mix, smoothstep, turbulence } from '../noise.ts';
import type { Scene, Surface } from '../scene.ts';
import { blend, cylinder, ellipsoid, rod, sphere, torus } from '../shapes.ts';

/** A painted toy rocket, cut out: the ground is transparent. */
export const rocket: Scene = {
  width: 800,
  height: 800,
  samples: 25,
  eye: [0.5, 2.2, 12],
  target: [0, 1.5, 0],
  angle: 16,
  aperture: 0,
  ground: { kind: 'transparent', colour: [0.6, 0.6, 0.6] },
  lamp: { towards: [-0.7, 1.2, 1.0], size: [0.4, 0.4], radiance: [5.2, 5.0, 4.8] },
  sky: (x, y) => [0.5 + 0.14 * y + 0.04 * x, 0.52 + 0.14 * y, 0.55 + 0.15 * y],
  bounds: { centre: [0, 1.5, 0], radius: 1.8 },
  distance: (x, y, z) => Math.min(hull(x, y, z), fins(x, y, z), ring(x, y, z), glass(x, y, z)),
  surface,
  exposure: 0.95,
  grain: 0,
};

function hull(x: number, y: number, z: number): number {
  const body = Math.max(ellipsoid(x, y - 1.35, z, 0.68, 1.6, 0.68), 0.42 - y);
  const nozzle = cylinder(x, y - 0.36, z, 0.4, 0.16, 0.05);
  return blend(body, nozzle, 0.05);
}

function fins(x: number, y: number, z: number): number {
  const side = Math.abs(x);
  const upper = rod(side, y, z, [0.5, 1.05, 0], [0.95, 0.5, 0], 0.14, 0.16);
  const lower = rod(side, y, z, [0.95, 0.5, 0], [1.0, 0.12, 0], 0.16, 0.1);
  const front = rod(x, y, z, [0, 0.85, 0.58], [0, 0.15, 0.85], 0.1, 0.1);
  return Math.min(blend(upper, lower, 0.12), front);
}

function ring(x: number, y: number, z: number): number {
  return torus(x, y - 1.75, z - 0.62, 0.27, 0.065);
}

function glass(x: number, y: number, z: number): number {
  return sphere(x, y - 1.77, z - 0.43, 0.3);
}

function surface(x: number, y: number, z: number): Surface {
  const wear = 0.92 + 0.14 * turbulence(x * 6, y * 6, z * 6);
  const parts = [hull(x, y, z), fins(x, y, z), ring(x, y, z), glass(x, y, z)];
  const nearest = parts.indexOf(Math.min(...parts));
  if (nearest === 3) return { colour: [0.05, 0.24, 0.42], gloss: 1, roughness: 0.02 };
  if (nearest === 2) return painted([0.85, 0.52, 0.08], wear);
  if (nearest === 1) return painted([0.72, 0.09, 0.05], wear);
  if (y < 0.5) return painted([0.2, 0.21, 0.24], wear);
  const nose = smoothstep(2.27, 2.29, y);
  const stripe = smoothstep(0.07, 0.055, Math.abs(y - 0.98));
  const red = Math.max(nose, stripe);
  return painted([mix(0.82, 0.72, red), mix(0.78, 0.09, red), mix(0.7, 0.05, red)], wear);
}

function painted(colour: readonly [number, number, number], wear: number): Surface {
  return { colour: [colour[0] * wear, colour[1] * wear, colour[2] * wear], gloss: 0.75, roughness: 0.18 };
}
