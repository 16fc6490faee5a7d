import { mix, noise, smoothstep, turbulence } from '../noise.ts';
import type { Scene, Surface } from '../scene.ts';
import { blend, cylinder, ellipsoid, rod, sphere } from '../shapes.ts';

/** A wooden duck on wheels, cut out: the ground is transparent. */
export const duck: Scene = {
  width: 900,
  height: 900,
  samples: 36,
  eye: [0.6, 2.2, 12],
  target: [0.1, 1.42, 0],
  angle: 17,
  aperture: 0,
  ground: { kind: 'transparent', colour: [0.6, 0.6, 0.6] },
  lamp: { towards: [-0.7, 1.2, 1.0], size: [0.4, 0.4], radiance: [5.4, 5.2, 4.9] },
  sky: (x, y) => [0.5 + 0.14 * y + 0.04 * x, 0.52 + 0.14 * y, 0.55 + 0.15 * y],
  bounds: { centre: [0.05, 1.4, 0], radius: 2.05 },
  distance: (x, y, z) => Math.min(wood(x, y, z), beak(x, y, z), wing(x, y, z), wheels(x, y, z), eye(x, y, z)),
  surface,
  exposure: 0.95,
  grain: 0,
};

function wood(x: number, y: number, z: number): number {
  let d = ellipsoid(x + 0.1, y - 1.08, z, 1.25, 0.66, 0.62);
  d = blend(d, rod(x, y, z, [-1.0, 1.25, 0], [-1.58, 1.72, 0], 0.3, 0.05), 0.4);
  d = blend(d, rod(x, y, z, [0.7, 1.2, 0], [0.8, 2.1, 0], 0.42, 0.34), 0.35);
  d = blend(d, ellipsoid(x - 0.84, y - 2.3, z, 0.56, 0.52, 0.47), 0.14);
  return d;
}

function beak(x: number, y: number, z: number): number {
  const upper = ellipsoid(x - 1.42, y - 2.25 - (x - 1.42) * 0.12, z, 0.36, 0.1, 0.24);
  const lower = ellipsoid(x - 1.36, y - 2.12, z, 0.26, 0.07, 0.19);
  return blend(upper, lower, 0.03);
}

function wing(x: number, y: number, z: number): number {
  const side = Math.abs(z);
  const [px, py] = [x + 0.32, y - 1.2 - (x + 0.32) * -0.18];
  const leaf = ellipsoid(px, py, side - 0.52, 0.66, 0.34, 0.17);
  return blend(leaf, ellipsoid(px + 0.38, py - 0.12, side - 0.5, 0.42, 0.2, 0.14), 0.08);
}

function wheels(x: number, y: number, z: number): number {
  const px = Math.abs(x + 0.08) - 0.68;
  const side = Math.abs(z) - 0.62;
  const rim = cylinder(px, side, y - 0.4, 0.4, 0.11, 0.05);
  const hub = cylinder(px, side - 0.1, y - 0.4, 0.11, 0.06, 0.03);
  const axle = cylinder(px, z, y - 0.4, 0.055, 0.6, 0.01);
  return Math.min(rim, hub, axle);
}

function eye(x: number, y: number, z: number): number {
  return sphere(x - 1.03, y - 2.42, Math.abs(z) - 0.415, 0.075);
}

function surface(x: number, y: number, z: number): Surface {
  const parts = [wood(x, y, z), beak(x, y, z), wing(x, y, z), wheels(x, y, z), eye(x, y, z)];
  const nearest = parts.indexOf(Math.min(...parts));
  if (nearest === 4) return { colour: [0.012, 0.012, 0.014], gloss: 1, roughness: 0.02 };
  const wear = 0.9 + 0.16 * turbulence(x * 6, y * 6, z * 6);
  if (nearest === 1) return painted([0.85, 0.27, 0.03], wear);
  if (nearest === 2) return painted([0.03, 0.27, 0.36], wear);
  if (nearest === 3) return wheelSurface(x, y, z, wear);
  return { colour: grain(x, y, z), gloss: 0.55, roughness: 0.3 };
}

function wheelSurface(x: number, y: number, z: number, wear: number): Surface {
  const r = Math.hypot(Math.abs(x + 0.08) - 0.68, y - 0.4);
  if (r < 0.13) return { colour: [0.62, 0.42, 0.22], gloss: 0.4, roughness: 0.3 };
  const ring = smoothstep(0.015, 0.005, Math.abs(r - 0.29)) * (Math.abs(z) > 0.7 ? 1 : 0);
  return painted([mix(0.6, 0.8, ring), mix(0.05, 0.72, ring), mix(0.035, 0.58, ring)], wear);
}

function painted(colour: readonly [number, number, number], wear: number): Surface {
  return { colour: [colour[0] * wear, colour[1] * wear, colour[2] * wear], gloss: 0.8, roughness: 0.16 };
}

/** Growth rings of a trunk that lies along the duck, with fine pores. */
function grain(x: number, y: number, z: number): readonly [number, number, number] {
  const sway = turbulence(x * 0.5, y * 1.3, z * 1.3);
  const ring = Math.hypot(y + 1.2 + 0.25 * sway, z - 0.9 + 0.3 * sway) * 9;
  const dark = (ring - Math.floor(ring)) ** 3;
  const pore = noise(x * 7, y * 70, z * 70) > 0.72 ? 0.08 : 0;
  const shade = 1 - 0.3 * dark - pore;
  return [0.71 * shade, 0.47 * shade ** 1.25, 0.24 * shade ** 1.5];
}
