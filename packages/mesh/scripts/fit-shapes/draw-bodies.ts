/** Pictures of bodies of known kinds, drawn in code: few of the free cut-outs are turned, or balls with a pattern. */
import type { Picture } from '../../src/image/picture.ts';
import { createRandom } from '../evaluate/random.ts';
import type { Random } from '../evaluate/random.ts';
import type { ThingKind } from './kinds.ts';

export interface Drawn {
  kind: ThingKind;
  picture: Picture;
  coverage: Float32Array;
}

type Vector = readonly [number, number, number];

/** A body from the front: places are from -1 to 1. */
interface Body {
  kind: ThingKind;
  /** Distance inside of the outline, less than 0 outside, and the direction that the surface faces. */
  at(x: number, y: number): { inside: number; normal: Vector };
  /** Colour at a place, 0 to 1 each. */
  paint(x: number, y: number, normal: Vector): Vector;
  /** How much the light leaves to the shade, 0 to 1. */
  ambient: number;
}

const side = 180;
const bodies = { turned: turn, ball: roll, plate: stamp, slab: cutBoard } as const;

/** The same for the same number. */
export function drawBody(kind: keyof typeof bodies, number: number): Drawn {
  const random = createRandom(`${kind} ${number}`);
  const body = bodies[kind](random);
  const light = unit([random.between(-1, 1), random.between(-1.2, 0.3), random.between(0.6, 1.6)]);
  const gloss = random.chance(0.5) ? random.between(0.2, 0.8) : 0;
  const grain = random.between(0, 0.03);
  const rgb = new Uint8Array(3 * side * side);
  const coverage = new Float32Array(side * side);
  for (let i = 0; i < coverage.length; i++) {
    const x = (((i % side) + 0.5) / side - 0.5) * 2.2;
    const y = ((Math.floor(i / side) + 0.5) / side - 0.5) * 2.2;
    const { inside, normal } = body.at(x, y);
    coverage[i] = Math.min(Math.max((inside * side) / 2.2 + 0.5, 0), 1);
    const facing = Math.max(dot(normal, light), 0);
    const shine = gloss * Math.max(2 * facing * normal[2] - light[2], 0) ** 20;
    const colour = body.paint(x, y, normal);
    const noise = grain * random.normal();
    for (let c = 0; c < 3; c++) {
      const lit = colour[c]! * (body.ambient + (1 - body.ambient) * facing) + shine + noise;
      rgb[3 * i + c] = 255 * Math.min(Math.max(lit, 0), 1) ** (1 / 1.4);
    }
  }
  return { kind: body.kind, picture: { width: side, height: side, rgb }, coverage };
}

/** Radius of a turned body at each height: cans, bottles, and whatever else a lathe makes. */
function drawProfile(random: Random): (y: number) => number {
  const wide = random.between(0.2, 0.75);
  const knots = random.pick([
    () => [wide, wide, wide, wide * random.between(0.85, 1.1)],
    () => [wide * random.between(0.2, 0.45), wide * random.between(0.2, 0.5), wide, wide, wide],
    () => Array.from({ length: random.pick([3, 4, 5, 7]) }, () => random.between(0.12, 0.6)),
    () => [
      random.between(0.02, 0.12),
      ...Array.from({ length: random.pick([2, 3, 5]) }, () => random.between(0.15, 0.6)),
    ],
  ] as const)();
  const even = random.chance(0.5);
  return (y) => {
    const place = Math.min(Math.max((y + 1) / 2, 0), 1) * (knots.length - 1);
    const low = Math.min(Math.floor(place), knots.length - 2);
    const share = place - low;
    const eased = even ? (1 - Math.cos(Math.PI * share)) / 2 : share;
    return knots[low]! * (1 - eased) + knots[low + 1]! * eased;
  };
}

function turn(random: Random): Body {
  const radius = drawProfile(random);
  const angle = random.chance(0.6) ? 0 : random.between(-1.5, 1.5);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const colours = drawColours(random);
  const bands = random.chance(0.5) ? random.between(2, 7) : 0;
  return {
    kind: 'turned',
    ambient: random.between(0.15, 0.6),
    at: (px, py) => {
      const [x, y] = [px * cos + py * sin, py * cos - px * sin];
      const r = radius(y);
      const inside = Math.min(r - Math.abs(x), 0.98 - Math.abs(y));
      const across = Math.min(Math.max(x / r, -1), 1);
      const slope = (radius(y + 0.02) - radius(y - 0.02)) / 0.04;
      const [nx, ny, nz] = unit([across, -slope, Math.sqrt(1 - across ** 2)]);
      return { inside, normal: [nx * cos - ny * sin, nx * sin + ny * cos, nz] };
    },
    paint: (px, py) => colours[Math.sin(bands * (py * cos - px * sin)) > 0.5 ? 1 : 0],
  };
}

function roll(random: Random): Body {
  const [wide, high] = [random.between(0.75, 1), random.between(0.85, 1)];
  const colours = drawColours(random);
  const pattern = random.pick(['plain', 'plain', 'stripes', 'patches', 'spots'] as const);
  const lean = unit([random.normal(), random.normal(), random.normal()]);
  const patches = Array.from({ length: 32 }, () => unit([random.normal(), random.normal(), random.normal()]));
  const count = random.between(3, 12);
  return {
    kind: 'ball',
    ambient: random.between(0.15, 0.55),
    at: (x, y) => {
      const far = Math.hypot(x / wide, y / high);
      const [nx, ny] = far > 1 ? [x / wide / far, y / high / far] : [x / wide, y / high];
      return { inside: (1 - far) * wide, normal: [nx, ny, Math.sqrt(Math.max(1 - nx ** 2 - ny ** 2, 0))] };
    },
    paint: (_x, _y, normal) => {
      if (pattern === 'plain') return colours[0];
      if (pattern === 'stripes') return colours[Math.sin(count * dot(normal, lean)) > 0 ? 1 : 0];
      const near = patches.map((patch) => dot(patch, normal));
      if (pattern === 'spots') return colours[Math.max(...near) > 0.96 ? 1 : 0];
      return colours[near.indexOf(Math.max(...near)) % 3 === 0 ? 1 : 0];
    },
  };
}

/** A disc, or now and then another even outline, with letters or a raised figure. */
function stamp(random: Random): Body {
  const sidesOf = random.pick([0, 0, 0, 0, 6, 8]);
  const colours = drawColours(random);
  const letters = random.chance(0.7) ? drawLetters(random) : () => 0;
  const rim = random.between(0.03, 0.15);
  const depth = random.chance(0.5) ? random.between(1, 6) : 0;
  const raised = (x: number, y: number): number =>
    (0.5 * letters(x, y) + (Math.hypot(x, y) > 1 - rim ? 1 : 0)) * depth * 0.02;
  return {
    kind: 'plate',
    ambient: random.between(0.3, 0.8),
    at: (x, y) => {
      const turned = sidesOf ? (((Math.atan2(y, x) * sidesOf) / Math.PI + 99) % 2) - 1 : 0;
      const far = Math.hypot(x, y) * (sidesOf ? Math.cos((turned * Math.PI) / sidesOf) : 1);
      const normal = unit([raised(x - 0.02, y) - raised(x + 0.02, y), raised(x, y - 0.02) - raised(x, y + 0.02), 0.04]);
      return { inside: 0.97 - far, normal };
    },
    paint: (x, y) => {
      if (depth > 0) return colours[0];
      return colours[letters(x, y) > 0.5 ? 1 : Math.abs(Math.hypot(x, y) - 1 + rim) < 0.02 ? 1 : 0];
    },
  };
}

/** An outline as symmetric as that of a turned body, but cut from a board, with strings, holes and prints. */
function cutBoard(random: Random): Body {
  const radius = drawProfile(random);
  const angle = random.chance(0.6) ? 0 : random.between(-1.5, 1.5);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const colours = drawColours(random);
  const letters = drawLetters(random);
  const strings = random.chance(0.4) ? random.between(60, 110) : 0;
  return {
    kind: 'slab',
    ambient: random.between(0.4, 0.9),
    at: (px, py) => {
      const [x, y] = [px * cos + py * sin, py * cos - px * sin];
      return { inside: Math.min(radius(y) - Math.abs(x), 0.98 - Math.abs(y)), normal: [0, 0, 1] };
    },
    paint: (px, py) => {
      const x = px * cos + py * sin;
      const string = strings > 0 && Math.abs(x) < 0.12 && Math.sin(strings * x) > 0.6;
      return colours[string || letters(px, py) > 0.5 ? 1 : 0];
    },
  };
}

/** Rectangles side by side in rows, as print is. */
function drawLetters(random: Random): (x: number, y: number) => number {
  const size = random.between(0.06, 0.16);
  const marks = Array.from({ length: 32 * 32 }, () => random.chance(0.45));
  const reach = random.between(0.4, 0.75);
  return (x, y) => {
    if (Math.hypot(x, y) > reach || Math.floor(y / size + 99) % 3 === 0) return 0;
    return marks[((Math.floor(x / (size / 2) + 99) % 32) * 32 + (Math.floor(y / size + 99) % 32)) % marks.length]
      ? 1
      : 0;
  };
}

/** Two, that can be told apart. */
function drawColours(random: Random): [Vector, Vector] {
  const one = (): Vector => {
    const grey = random.between(0.1, 0.9);
    const strong = random.chance(0.5) ? 0.6 : 0.15;
    const mix = (): number => Math.min(Math.max(grey + strong * random.between(-1, 1), 0.05), 1);
    return [mix(), mix(), mix()];
  };
  const first = one();
  let second = one();
  for (let n = 0; n < 5 && Math.abs(second[1] - first[1]) < 0.3; n++) second = one();
  return [first, second];
}

function dot(a: Vector, b: Vector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

function unit([x, y, z]: Vector): Vector {
  const length = Math.hypot(x, y, z) || 1;
  return [x / length, y / length, z / length];
}
