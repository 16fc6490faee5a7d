import { seededRandom } from '../test/seeded-random.ts';
import { hash } from './noise.ts';
import type { Colour, Point, Scene, Surface } from './scene.ts';

/**
 * Renders one row as RGBA bytes. Paths have one bounce, with the lamp sampled at each hit: enough for soft shadows, colour
 * bleeding and glazes. The same scene gives the same bytes: randomness is seeded by the pixel.
 */
export function renderRow(scene: Scene, row: number): Uint8Array {
  const out = new Uint8Array(scene.width * 4);
  const tracer = createTracer(scene);
  for (let column = 0; column < scene.width; column++) {
    const random = seededRandom(Math.floor(hash(column, row, 1) * 2 ** 31));
    const sum = [0, 0, 0, 0];
    const side = Math.ceil(Math.sqrt(scene.samples));
    for (let s = 0; s < side * side; s++) {
      const px = column + ((s % side) + random()) / side;
      const py = row + (Math.floor(s / side) + random()) / side;
      const [r, g, b, a] = tracer.pixel(px, py, random);
      // Tone-mapped before it is averaged, so that the rim of a highlight is smooth.
      sum[0]! += a * encode(r * scene.exposure);
      sum[1]! += a * encode(g * scene.exposure);
      sum[2]! += a * encode(b * scene.exposure);
      sum[3]! += a;
    }
    const weight = sum[3]! > 0 ? 1 / sum[3]! : 0;
    for (let c = 0; c < 3; c++) {
      const noise = (random() + random() + random() - 1.5) * 2 * scene.grain;
      out[column * 4 + c] = Math.min(255, Math.max(0, Math.round(sum[c]! * weight * 255 + noise)));
    }
    out[column * 4 + 3] = Math.round((sum[3]! * 255) / (side * side));
  }
  return out;
}

/** How bright a sheet of paper is far from the lamp, where it turns up into the backdrop. */
const PAPER_FAR = 0.94;

interface Tracer {
  pixel(px: number, py: number, random: () => number): readonly [number, number, number, number];
}

function createTracer(scene: Scene): Tracer {
  const { lamp, bounds, ground } = scene;
  const forward = unit(minus(scene.target, scene.eye));
  const right = unit(cross(forward, Math.abs(forward[1]) > 0.99 ? [0, 0, -1] : [0, 1, 0]));
  const up = cross(right, forward);
  const focus = Math.hypot(...minus(scene.target, scene.eye));
  const scale = (2 * Math.tan((scene.angle * Math.PI) / 360)) / scene.height;
  const lampAxis = unit(lamp.towards);
  const lampRight = unit(cross([0, 1, 0], lampAxis));
  const lampUp = cross(lampAxis, lampRight);
  const lampWeight = (4 * lamp.size[0] * lamp.size[1]) / Math.PI;

  return { pixel };

  function pixel(px: number, py: number, random: () => number): readonly [number, number, number, number] {
    const u = (px - scene.width / 2) * scale;
    const v = (scene.height / 2 - py) * scale;
    const aim = plus(scene.eye, times(plus(plus(forward, times(right, u)), times(up, v)), focus));
    const turn = random() * Math.PI * 2;
    const lens = scene.aperture * Math.sqrt(random());
    const from = plus(scene.eye, plus(times(right, lens * Math.cos(turn)), times(up, lens * Math.sin(turn))));
    const ray = unit(minus(aim, from));
    const hit = cast(from, ray);
    if (hit === undefined || (hit.ground && ground.kind === 'transparent')) {
      if (ground.kind === 'transparent') return [0, 0, 0, 0];
      if (ground.kind === 'paper') return [PAPER_FAR, PAPER_FAR, PAPER_FAR, 1];
      return [...(scene.backdrop ?? scene.sky)(...ray), 1];
    }
    if (hit.ground && ground.kind === 'paper') return [...paper(hit.at, random), 1];
    return [...shade(hit, ray, random, 0), 1];
  }

  /** White where nothing is in the way of the light; what is dimmed is dimmed as on a real sheet, a little warmer. */
  function paper(at: Point, random: () => number): Colour {
    const normal: Point = [0, 1, 0];
    const direct = lit(at, normal, random);
    const way = scatter(normal, random);
    const hit = cast(at, way);
    const around = hit === undefined ? 1 : 0;
    const bounce: Colour = hit === undefined ? [0, 0, 0] : times(hit.surface.colour, 0.35);
    const open = 0.55 * (direct > 0 ? 1 : 0) + 0.45 * around;
    const falloff = PAPER_FAR + (1 - PAPER_FAR) * Math.exp((at[0] ** 2 + at[2] ** 2) / -40);
    return [0, 1, 2].map((c) => falloff * (0.26 + 0.74 * open + 0.3 * bounce[c]!)) as unknown as Colour;
  }

  function shade(hit: Hit, ray: Point, random: () => number, depth: number): Colour {
    const { colour, gloss, roughness } = hit.surface;
    const direct = lit(hit.at, hit.normal, random) * lampWeight;
    let around: Colour;
    if (depth > 0) around = times(scene.sky(0, 1, 0), 0.4);
    else {
      const way = scatter(hit.normal, random);
      const next = cast(hit.at, way);
      around = next === undefined ? scene.sky(...way) : shade(next, way, random, depth + 1);
    }
    const out = [0, 1, 2].map((c) => colour[c]! * (direct * lamp.radiance[c]! + around[c]!)) as [
      number,
      number,
      number,
    ];
    if (gloss === 0 || depth > 0) return out;
    const facing = Math.max(0, -dot(ray, hit.normal));
    const mirror = gloss * (0.04 + 0.96 * (1 - facing) ** 5);
    const bent = plus(times(hit.normal, 2 * facing), ray);
    const fuzz = times(scatter(hit.normal, random), roughness * random());
    const way = unit(plus(bent, fuzz));
    const next = cast(hit.at, way);
    const image = next === undefined ? plus(scene.sky(...way), lampSeen(way)) : shade(next, way, random, depth + 1);
    return plus(times(out, 1 - mirror), times(image, mirror));
  }

  /** Cosine towards a random point of the lamp, 0 if something is in the way. */
  function lit(at: Point, normal: Point, random: () => number): number {
    const u = (random() * 2 - 1) * lamp.size[0];
    const v = (random() * 2 - 1) * lamp.size[1];
    const way = unit(plus(lampAxis, plus(times(lampRight, u), times(lampUp, v))));
    const cosine = dot(way, normal);
    return cosine > 0 && march(at, way) === undefined ? cosine : 0;
  }

  function lampSeen(way: Point): Colour {
    const along = dot(way, lampAxis);
    if (along <= 0) return [0, 0, 0];
    const inside =
      Math.abs(dot(way, lampRight)) < along * lamp.size[0] && Math.abs(dot(way, lampUp)) < along * lamp.size[1];
    return inside ? lamp.radiance : [0, 0, 0];
  }

  function cast(from: Point, ray: Point): Hit | undefined {
    const far = march(from, ray);
    const down = ray[1] < -1e-6 && from[1] > 1e-4 ? -from[1] / ray[1] : Infinity;
    if (far !== undefined && far < down) {
      const at = plus(from, times(ray, far));
      const normal = slope(at);
      return { at: plus(at, times(normal, 2e-3)), normal, ground: false, surface: scene.surface(...at) };
    }
    if (down > 200) return undefined;
    const at = plus(from, times(ray, down));
    return { at: [at[0], 1e-4, at[2]], normal: [0, 1, 0], ground: true, surface: groundSurface(at) };
  }

  function groundSurface(at: Point): Surface {
    if (ground.kind === 'table') return ground.surface(at[0], at[2]);
    return { colour: ground.kind === 'paper' ? [0.85, 0.85, 0.85] : ground.colour, gloss: 0, roughness: 0 };
  }

  /** Sphere tracing inside the bounds; the distance along the ray, or undefined. */
  function march(from: Point, ray: Point): number | undefined {
    const toCentre = minus(bounds.centre, from);
    const along = dot(toCentre, ray);
    const reach = bounds.radius ** 2 - dot(toCentre, toCentre) + along * along;
    if (reach < 0) return undefined;
    const half = Math.sqrt(reach);
    let t = Math.max(1e-3, along - half);
    const end = along + half;
    for (let step = 0; step < 160 && t < end; step++) {
      const d = scene.distance(from[0] + ray[0] * t, from[1] + ray[1] * t, from[2] + ray[2] * t);
      if (d < 4e-4) return t;
      t += d * 0.85;
    }
    return undefined;
  }

  function slope(at: Point): Point {
    const [x, y, z] = at;
    const e = 6e-4;
    const [a, b] = [scene.distance(x + e, y - e, z - e), scene.distance(x - e, y - e, z + e)];
    const [c, d] = [scene.distance(x - e, y + e, z - e), scene.distance(x + e, y + e, z + e)];
    return unit([a - b - c + d, -a - b + c + d, -a + b - c + d]);
  }
}

interface Hit {
  /** Lifted off the surface, so that rays from here do not meet it at once. */
  readonly at: Point;
  readonly normal: Point;
  readonly ground: boolean;
  readonly surface: Surface;
}

/** A direction about the normal, weighted by its cosine. */
function scatter(normal: Point, random: () => number): Point {
  const z = random() * 2 - 1;
  const r = Math.sqrt(1 - z * z);
  const turn = random() * Math.PI * 2;
  return unit([normal[0] + r * Math.cos(turn), normal[1] + r * Math.sin(turn), normal[2] + z * 0.9999]);
}

/** Linear light to sRGB, with a shoulder for what is brighter than white. */
function encode(light: number): number {
  const x = light < 0.8 ? light : 0.8 + 0.2 * (1 - Math.exp(-(light - 0.8) / 0.2));
  return x <= 0.0031308 ? 12.92 * x : 1.055 * x ** (1 / 2.4) - 0.055;
}

function plus(a: Point, b: Point): Point {
  return [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
}
function minus(a: Point, b: Point): Point {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}
function times(a: Point, s: number): Point {
  return [a[0] * s, a[1] * s, a[2] * s];
}
function dot(a: Point, b: Point): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}
function cross(a: Point, b: Point): Point {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}
function unit(a: Point): Point {
  return times(a, 1 / Math.sqrt(dot(a, a)));
}
