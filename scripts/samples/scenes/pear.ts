import { mix, noise, smoothstep, turbulence } from '../noise.ts';
import type { Scene, Surface } from '../scene.ts';
import { blend, ellipsoid, rod, sphere } from '../shapes.ts';

/** A ripe pear with its leaf, on white paper. */
export const pear: Scene = {
  width: 800,
  height: 800,
  samples: 25,
  eye: [0.3, 2.2, 11],
  target: [0.02, 1.32, 0],
  angle: 17,
  aperture: 0,
  ground: { kind: 'paper' },
  lamp: { towards: [-0.75, 1.3, 0.8], size: [0.45, 0.5], radiance: [4.4, 4.3, 4.1] },
  sky: (_x, y) => [0.62 + 0.12 * y, 0.64 + 0.12 * y, 0.66 + 0.13 * y],
  bounds: { centre: [0, 1.35, 0], radius: 1.75 },
  distance: (x, y, z) => Math.min(fruit(x, y, z), stem(x, y, z), leaf(x, y, z)),
  surface,
  exposure: 0.95,
  grain: 1,
};

function fruit(x: number, y: number, z: number): number {
  const low = ellipsoid(x, y - 0.88, z, 0.98, 0.88, 0.98);
  const high = sphere(x - 0.05, y - 1.78, z, 0.47);
  return blend(low, high, 0.75);
}

function stem(x: number, y: number, z: number): number {
  const low = rod(x, y, z, [0.05, 2.15, 0], [0.1, 2.5, 0], 0.05, 0.045);
  return blend(low, rod(x, y, z, [0.1, 2.5, 0], [0.24, 2.74, 0], 0.045, 0.065), 0.06);
}

/** Beside the stem, bent a little. */
function leaf(x: number, y: number, z: number): number {
  const [px, py] = [x - 0.48, y - 2.38 - 0.25 * (x - 0.48)];
  const [along, across] = [0.94 * px + 0.34 * py, -0.34 * px + 0.94 * py];
  return ellipsoid(along, across + 0.25 * along * along, z - 0.05, 0.46, 0.19, 0.06);
}

function surface(x: number, y: number, z: number): Surface {
  if (leaf(x, y, z) < 0.006) {
    const vein = smoothstep(0.03, 0.008, Math.abs(y - 2.38 - 0.6 * (x - 0.48)));
    const shade = 0.8 + 0.4 * turbulence(x * 5, y * 5, z * 5);
    return { colour: [mix(0.07, 0.2, vein) * shade, mix(0.24, 0.38, vein) * shade, 0.04], gloss: 0.5, roughness: 0.3 };
  }
  if (stem(x, y, z) < 0.006) return { colour: [0.16, 0.09, 0.04], gloss: 0.1, roughness: 0.5 };
  const blush = smoothstep(-0.1, 0.9, x * 0.8 + z * 0.35 - 0.25 * y + 0.5 * turbulence(x * 2, y * 2, z * 2));
  const green = smoothstep(1.3, 2.2, y);
  const freckle = noise(x * 26, y * 26, z * 26) > 0.84 ? 0.72 : 1;
  const red = mix(mix(0.72, 0.5, green), 0.68, blush);
  const greenness = mix(mix(0.5, 0.52, green), 0.13, blush);
  return { colour: [red * freckle, greenness * freckle, mix(0.07, 0.04, blush)], gloss: 0.55, roughness: 0.22 };
}
