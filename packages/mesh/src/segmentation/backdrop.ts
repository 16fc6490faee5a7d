import { findComponents } from '../image/connected-components.ts';
import type { Picture } from '../image/decode-image.ts';
import { boxBlur } from '../image/resample.ts';
import { fitBackdrop } from './backdrop-fit.ts';
import type { Backdrop } from './backdrop-fit.ts';
import { toLab } from '../image/lab.ts';
import { softenEdge } from './soft-edge.ts';

/** Noise (ΔE) up to which a ground is plain enough to tell its shadows, and to need no second opinion. */
const evenGround = 1.8;
/** Share of the border ring that a smooth backdrop must explain, and the noise it may have (ΔE). */
const leastFit = 0.8;
const mostNoise = 5;

/** An object on a plain backdrop. */
export interface BackdropCut {
  /** 0 to 1 a pixel. */
  coverage: Float32Array;
  /** Whether the backdrop is even enough to take the cut as it is; a blurred landscape is smooth at the border too. */
  certain: boolean;
}

/** Undefined where the border is not a plain backdrop or nothing stands out from it. */
export function cutFromBackdrop(picture: Picture): BackdropCut | undefined {
  const { width, height } = picture;
  const lab = toLab(picture.rgb);
  const backdrop = fitBackdrop(lab, width, height);
  if (!backdrop || backdrop.fits < leastFit || backdrop.noise >= mostNoise) return undefined;
  const tolerance = Math.min(Math.max(3.5 * backdrop.noise, 3.2), 14);
  const difference = measure(lab, width, height, backdrop);
  const like = new Uint8Array(width * height);
  for (let i = 0; i < like.length; i++) like[i] = difference.total[i]! < tolerance ? 1 : 0;
  const ground = floodFromBorder(like, width, height);
  const even = backdrop.noise < evenGround;
  const shadow = even
    ? floodShadow(lab, difference, ground, width, height, tolerance, backdrop.noise)
    : new Uint8Array(ground.length);
  openHoles(like, ground, difference, backdrop, width, height);
  for (let i = 0; i < ground.length; i++) ground[i]! |= shadow[i]!;
  dropSpecks(ground, difference.total, width, height, tolerance);
  let covered = 0;
  for (let i = 0; i < ground.length; i++) covered += 1 - ground[i]!;
  const share = covered / ground.length;
  if (share < 0.0008 || share > 0.97) return undefined;
  const coverage = softenEdge(lab, width, height, ground, shadow, backdrop);
  dropCrumbs(coverage, width, height);
  return { coverage, certain: even };
}

interface Difference {
  /** ΔE from the backdrop, in which darkening weighs less: a shadow is darker ground. */
  total: Float32Array;
  /** Lightness above the backdrop. */
  light: Float32Array;
  /** Difference in hue and chroma alone. */
  chroma: Float32Array;
}

function measure(lab: Float32Array, width: number, height: number, backdrop: Backdrop): Difference {
  const total = new Float32Array(width * height);
  const light = new Float32Array(width * height);
  const chroma = new Float32Array(width * height);
  const ground = new Float32Array(3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      backdrop.at(x, y, ground);
      const dl = lab[3 * i]! - ground[0]!;
      const da = lab[3 * i + 1]! - ground[1]!;
      const db = lab[3 * i + 2]! - ground[2]!;
      const weighted = dl < 0 ? 0.75 * dl : dl;
      light[i] = dl;
      chroma[i] = Math.sqrt(da * da + db * db);
      total[i] = Math.sqrt(weighted * weighted + da * da + db * db);
    }
  }
  return { total, light, chroma };
}

function floodFromBorder(like: Uint8Array, width: number, height: number): Uint8Array {
  const ground = new Uint8Array(like.length);
  const { labels, touchesBorder } = findComponents(like, width, height, 1, 4);
  for (let i = 0; i < like.length; i++) if (labels[i] !== -1 && touchesBorder[labels[i]!]) ground[i] = 1;
  return ground;
}

/**
 * A soft shadow, or the bend of a studio sweep, is ground whose lightness changes gently and whose hue does not: the
 * flood goes on over it for as long as no step is steep. Given up as a whole where it would eat most of the object.
 */
function floodShadow(
  lab: Float32Array,
  difference: Difference,
  ground: Uint8Array,
  width: number,
  height: number,
  tolerance: number,
  noise: number,
): Uint8Array {
  const shadow = new Uint8Array(ground.length);
  const steepest = ((1.3 + 0.4 * noise) * 1024) / Math.max(width, height);
  const passable = (i: number): boolean => {
    const x = i % width;
    const dl = difference.light[i]!;
    if (dl > 10 || dl < -45 || difference.chroma[i]! > Math.max(0.7 * tolerance, 2.2) + 0.1 * -dl) return false;
    const [left, right] = [i - Math.min(x, 2), i + Math.min(width - 1 - x, 2)];
    const up = i >= 2 * width ? i - 2 * width : i;
    const down = i + 2 * width < ground.length ? i + 2 * width : i;
    const gx = (lab[3 * right]! - lab[3 * left]!) / 4;
    const gy = (lab[3 * down]! - lab[3 * up]!) / 4;
    return gx * gx + gy * gy < steepest * steepest;
  };
  const queue = new Int32Array(ground.length);
  let tail = 0;
  for (let i = 0; i < ground.length; i++) if (ground[i]) queue[tail++] = i;
  const object = ground.length - tail;
  let taken = 0;
  for (let head = 0; head < tail; head++) {
    const at = queue[head]!;
    const x = at % width;
    for (let side = 0; side < 4; side++) {
      const next =
        side === 0
          ? at - width
          : side === 1
            ? at + width
            : side === 2
              ? x > 0
                ? at - 1
                : -1
              : x < width - 1
                ? at + 1
                : -1;
      if (next < 0 || next >= ground.length || ground[next] || shadow[next] || !passable(next)) continue;
      shadow[next] = 1;
      queue[tail++] = next;
      taken++;
    }
  }
  if (taken > 0.55 * object) shadow.fill(0);
  else regrow(shadow, ground, width, height);
  return shadow;
}

/** The gradient is measured over four pixels, so the flood stops two short of the object: it makes up for that here. */
function regrow(shadow: Uint8Array, ground: Uint8Array, width: number, height: number): void {
  for (let pass = 0; pass < 2; pass++) {
    const before = shadow.slice();
    for (let y = 1; y < height - 1; y++) {
      for (let x = 1; x < width - 1; x++) {
        const i = y * width + x;
        if (ground[i] || before[i]) continue;
        const beside = before[i - 1]! + before[i + 1]! + before[i - width]! + before[i + width]!;
        const open = beside + ground[i - 1]! + ground[i + 1]! + ground[i - width]! + ground[i + width]!;
        if (open >= 3 && beside > 0) shadow[i] = 1;
      }
    }
  }
}

/** Ground that shows through the object: an enclosed region counts only if it is as even as the backdrop itself. */
function openHoles(
  like: Uint8Array,
  ground: Uint8Array,
  difference: Difference,
  backdrop: Backdrop,
  width: number,
  height: number,
): void {
  const enclosed = new Uint8Array(like.length);
  for (let i = 0; i < like.length; i++) enclosed[i] = like[i] && !ground[i] ? 1 : 0;
  const { labels, areas } = findComponents(enclosed, width, height, 1, 4);
  // Judged away from their edges, where blur and compression mix in the object's colours; narrow gaps by all they have.
  const solid = boxBlur(Float32Array.from(enclosed), width, height, 4);
  const inner = areas.map(() => ({ count: 0, sum: 0, squares: 0 }));
  const whole = areas.map(() => ({ count: 0, sum: 0, squares: 0 }));
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    if (label === -1) continue;
    const dl = difference.light[i]!;
    const squares = dl * dl + difference.chroma[i]! ** 2;
    for (const tally of solid[i]! > 0.999 ? [inner[label]!, whole[label]!] : [whole[label]!]) {
      tally.count++;
      tally.sum += dl;
      tally.squares += squares;
    }
  }
  const least = Math.max(30, 3e-5 * like.length);
  const isHole = areas.map((area, label) => {
    const deep = inner[label]!.count >= 30;
    const { count, sum, squares } = deep ? inner[label]! : whole[label]!;
    const mean = Math.abs(sum / count);
    const spread = Math.sqrt(squares / count);
    const blur = deep ? 0 : 0.9;
    return area >= least && mean < Math.max(0.9, backdrop.noise) + blur && spread < 1.6 * backdrop.noise + 0.9 + blur;
  });
  for (let i = 0; i < labels.length; i++) if (labels[i] !== -1 && isHole[labels[i]!]) ground[i] = 1;
}

/** What compression left beside an edge and the softening took for a part of its own. */
function dropCrumbs(coverage: Float32Array, width: number, height: number): void {
  const covered = Uint8Array.from(coverage, (c) => (c >= 0.5 ? 1 : 0));
  const { labels, areas } = findComponents(covered, width, height, 1, 8);
  const least = leastArea(areas, coverage.length);
  for (let i = 0; i < labels.length; i++) if (labels[i] !== -1 && areas[labels[i]!]! < least) coverage[i] = 0;
}

function leastArea(areas: number[], pixels: number): number {
  return Math.max(16, 2.5e-5 * pixels, 5e-4 * areas.reduce((a, b) => Math.max(a, b), 0));
}

/** Noise that passed the tolerance is small or faint; a dot on an i is neither. */
function dropSpecks(ground: Uint8Array, total: Float32Array, width: number, height: number, tolerance: number): void {
  const { labels, areas } = findComponents(ground, width, height, 0, 8);
  const strongest = new Float32Array(areas.length);
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] !== -1) strongest[labels[i]!] = Math.max(strongest[labels[i]!]!, total[i]!);
  }
  const least = leastArea(areas, ground.length);
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    if (label !== -1 && (areas[label]! < least || strongest[label]! < 1.6 * tolerance)) ground[i] = 1;
  }
}
