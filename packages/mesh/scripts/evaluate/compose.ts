import sharp from 'sharp';
import { blurredGround, plainGround, texturedGround } from './grounds.ts';
import type { GroundKind, Rgb } from './grounds.ts';
import { createRandom } from './random.ts';
import type { Random } from './random.ts';

/** A picture made of a cut-out and a ground, so that the right outline is known. */
export interface Composite {
  width: number;
  height: number;
  /** As a camera would write it. */
  jpeg: Uint8Array;
  /** 0 to 255 per pixel: how much of it is the object. */
  mask: Uint8Array;
  cutByBorder: boolean;
  shadow: boolean;
}

/** What a composite is made of. */
export interface Recipe {
  cutout: Uint8Array;
  ground: GroundKind;
  /** What the ground is made from: none for a plain one, one for a blurred one, several to choose from for a textured one. */
  photos: readonly Rgb[];
  /** The same seed gives the same composite. */
  seed: string;
  /** Of the long side, at most; default 960. */
  maxSide?: number;
  /** Turns, stretches and lights the object more strongly, as is good for learning. */
  wild?: boolean;
}

interface Layer {
  width: number;
  height: number;
  rgba: Uint8Array;
}

/** Half-transparent pixels, against opaque ones, up to which a cut-out has one right outline. */
const maxSoft = 0.3;
const minSide = 420;
const defaultMaxSide = 960;

/** Composes one. Undefined where the cut-out has no clear outline of its own. */
export async function compose(recipe: Recipe): Promise<Composite | undefined> {
  const random = createRandom(recipe.seed);
  const whole = await openCutout(recipe.cutout, recipe.wild ?? false, random);
  if (!whole) return undefined;
  const aspect = random.pick([1, 4 / 3, 3 / 4, 3 / 2, 2 / 3]);
  const fill = random.between(0.45, 0.85);
  const long = Math.max(whole.width, whole.height) / fill;
  const side = Math.min(recipe.maxSide ?? defaultMaxSide, Math.max(minSide, long));
  const [width, height] = [Math.min(1, aspect) * side, Math.min(1, 1 / aspect) * side].map(Math.round) as [
    number,
    number,
  ];
  const ground = await makeGround(recipe, width, height, random);

  const scale = Math.min((fill * width) / whole.width, (fill * height) / whole.height);
  const object = await resizeLayer(whole, Math.round(whole.width * scale), Math.round(whole.height * scale));
  const cutByBorder = random.chance(0.2);
  const [left, top] = place(object, width, height, cutByBorder, random);
  const shadow = recipe.ground !== 'blurred' && random.chance(0.5);
  if (shadow) await castShadow(ground, object, left, top, random);
  relight(object, recipe.wild ? 0.25 : 0.08, random);
  const mask = layOver(ground, object, left, top);
  addNoise(ground, random.between(0.5, recipe.wild ? 6 : 3.5), random);
  const jpeg = await sharp(ground.rgb, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: Math.round(random.between(recipe.wild ? 55 : 75, 95)) })
    .toBuffer();
  return { width, height, jpeg: new Uint8Array(jpeg), mask, cutByBorder, shadow };
}

/** The object alone, trimmed, perhaps mirrored. */
async function openCutout(cutout: Uint8Array, wild: boolean, random: Random): Promise<Layer | undefined> {
  let image = sharp(cutout).toColourspace('srgb').ensureAlpha();
  if (random.chance(0.5)) image = image.flop();
  if (wild && random.chance(0.7)) {
    image = sharp(await image.png().toBuffer()).rotate(random.between(-25, 25), { background: '#0000' });
  }
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  let [left, right, top, bottom, soft, solid] = [width, -1, height, -1, 0, 0];
  for (let i = 0; i < width * height; i++) {
    const alpha = data[4 * i + 3]!;
    if (alpha > 215) solid++;
    else if (alpha > 40) soft++;
    if (alpha < 24) continue;
    const x = i % width;
    const y = Math.floor(i / width);
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = y;
  }
  if (solid === 0 || soft > maxSoft * solid) return undefined;
  const box = { left, top, width: right - left + 1, height: bottom - top + 1 };
  const rgba = await sharp(data, { raw: { width, height, channels: 4 } })
    .extract(box)
    .raw()
    .toBuffer();
  return { width: box.width, height: box.height, rgba };
}

async function makeGround(recipe: Recipe, width: number, height: number, random: Random): Promise<Rgb> {
  if (recipe.ground === 'plain') return plainGround(width, height, random);
  const [photo] = recipe.photos;
  if (!photo) throw new Error('A textured or blurred ground needs a photo.');
  if (recipe.ground === 'textured') return texturedGround(recipe.photos, width, height, random);
  return blurredGround(photo, width, height, random);
}

async function resizeLayer({ width, height, rgba }: Layer, toWidth: number, toHeight: number): Promise<Layer> {
  const size = { width: Math.max(4, toWidth), height: Math.max(4, toHeight) };
  const resized = await sharp(rgba, { raw: { width, height, channels: 4 } })
    .resize(size.width, size.height, { fit: 'fill' })
    .raw()
    .toBuffer();
  return { ...size, rgba: resized };
}

/** Somewhere near the middle, or so that one edge of the picture cuts 4 to 20 % of the object off. */
function place(object: Layer, width: number, height: number, cut: boolean, random: Random): [number, number] {
  const spare = [width - object.width, height - object.height] as const;
  const margin = 0.04 * Math.max(width, height);
  const inside = (room: number): number =>
    room > 2 * margin ? random.between(margin, room - margin) * 0.6 + 0.2 * room : room / 2;
  let [left, top] = [inside(spare[0]), inside(spare[1])];
  if (cut) {
    const off = random.between(0.04, 0.2);
    const edge = random.pick(['left', 'right', 'bottom', 'bottom'] as const);
    if (edge === 'left') left = -off * object.width;
    if (edge === 'right') left = spare[0] + off * object.width;
    if (edge === 'bottom') top = spare[1] + off * object.height;
  }
  return [Math.round(left), Math.round(top)];
}

/** The object's own outline, flattened and slanted, blurred, on the ground at its feet. */
async function castShadow(ground: Rgb, object: Layer, left: number, top: number, random: Random): Promise<void> {
  const { width, height, rgb } = ground;
  const [flat, slant] = [random.between(0.12, 0.5), random.between(-0.7, 0.7)];
  const depth = random.between(0.2, 0.6);
  const plane = new Uint8Array(width * height);
  const foot = top + object.height;
  for (let y = 0; y < height; y++) {
    const up = (foot - y) / flat;
    const row = Math.round(object.height - up);
    if (row < 0 || row >= object.height) continue;
    for (let x = 0; x < width; x++) {
      const column = Math.round(x - left - slant * (up * flat));
      if (column < 0 || column >= object.width) continue;
      plane[y * width + x] = object.rgba[4 * (row * object.width + column) + 3]!;
    }
  }
  const soft = await sharp(plane, { raw: { width, height, channels: 1 } })
    .blur(random.between(0.006, 0.03) * Math.max(width, height))
    .extractChannel(0)
    .raw()
    .toBuffer();
  const lower = Math.round(random.between(0, 0.03) * height);
  for (let i = width * lower; i < plane.length; i++) {
    const light = 1 - (depth * soft[i - width * lower]!) / 255;
    for (let c = 0; c < 3; c++) rgb[3 * i + c] = rgb[3 * i + c]! * light;
  }
}

/** As if lit a little more or less, and in another colour. */
function relight({ rgba }: Layer, strength: number, random: Random): void {
  const gains = [0, 1, 2].map(() => 1 + strength * random.between(-0.35, 0.35));
  const all = 1 + strength * random.between(-1, 1);
  for (let i = 0; i < rgba.length; i += 4) {
    for (let c = 0; c < 3; c++) rgba[i + c] = Math.min(255, rgba[i + c]! * gains[c]! * all);
  }
}

/** Paints the object onto the ground. Returns its mask. */
function layOver({ width, height, rgb }: Rgb, object: Layer, left: number, top: number): Uint8Array {
  const mask = new Uint8Array(width * height);
  for (let y = Math.max(0, top); y < Math.min(height, top + object.height); y++) {
    for (let x = Math.max(0, left); x < Math.min(width, left + object.width); x++) {
      const from = 4 * ((y - top) * object.width + x - left);
      const to = y * width + x;
      const alpha = object.rgba[from + 3]!;
      mask[to] = alpha;
      for (let c = 0; c < 3; c++) {
        rgb[3 * to + c] = (object.rgba[from + c]! * alpha + rgb[3 * to + c]! * (255 - alpha)) / 255 + 0.5;
      }
    }
  }
  return mask;
}

function addNoise({ rgb }: Rgb, deviation: number, random: Random): void {
  for (let i = 0; i < rgb.length; i++) {
    rgb[i] = Math.min(255, Math.max(0, rgb[i]! + deviation * random.normal()));
  }
}
