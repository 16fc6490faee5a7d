import { softBlur } from '../image/blur.ts';
import { findComponents } from '../image/connected-components.ts';
import type { Picture } from '../image/picture.ts';
import { resample, shrinkRgb } from '../image/resample.ts';
import { guidedFilter } from './guided-filter.ts';
import { toLab } from '../image/lab.ts';
import { findSaliency } from './saliency.ts';
import { segmentByColour } from './total-variation.ts';

/** Longest side that is segmented, in pixels; a larger one takes longer and finds the same objects. */
const maxSide = 320;
/** How well two segmentations from different guesses must agree (intersection over union) to be trusted. */
export const minAgreement = 0.8;

/** What a natural picture shows. */
export interface Scene {
  /** Coverage of the object, 0 to 1 per pixel of the picture; absent where none stands out clearly. */
  coverage?: Float32Array;
  /** The best guess, trusted or not; absent where there is none at all. */
  guess?: Float32Array;
  /** How much each pixel stands out, 0 to 1, blurred: what a relief raises. */
  saliency: Float32Array;
}

/**
 * Looks for one clear object. A sharp outline does not show that it is one; two segmentations that agree do, one
 * started from the saliency, one from a rectangle in the middle.
 */
export function findInScene(picture: Picture): Scene {
  const shrink = Math.min(1, maxSide / Math.max(picture.width, picture.height));
  const width = Math.max(8, Math.round(picture.width * shrink));
  const height = Math.max(8, Math.round(picture.height * shrink));
  const lab = toLab(shrinkRgb(picture.rgb, picture.width, picture.height, width, height));
  const saliency = findSaliency(lab, width, height);
  const enlarge = (plane: Float32Array): Float32Array => resample(plane, width, height, picture.width, picture.height);
  const standsOut = softBlur(saliency, width, height, 0.015 * Math.max(width, height));

  const first = tidy(segmentByColour(lab, width, height, threshold(saliency, otsu(saliency))), width, height);
  if (!first) return { saliency: enlarge(standsOut) };
  const box = rectangle(width, height, 0.08);
  const second = tidy(segmentByColour(lab, width, height, rectangle(width, height, 0.2), box), width, height);
  const blurred = softBlur(first, width, height, 0.02 * Math.max(width, height));
  for (let i = 0; i < blurred.length; i++) standsOut[i] = 0.4 * standsOut[i]! + 0.6 * blurred[i]!;
  const guess = refine(first, lab, picture, width, height);
  const scene: Scene = { saliency: enlarge(standsOut), guess };
  if (second && intersectionOverUnion(first, second) >= minAgreement && plausible(first, width, height))
    scene.coverage = guess;
  return scene;
}

/**
 * The large pieces only, with their holes filled: the inside of a cup often has the table's colours, and a hole in the
 * cup is a worse mistake than none in its handle. Undefined where nothing is left.
 */
function tidy(cut: Float32Array | undefined, width: number, height: number): Float32Array | undefined {
  if (!cut) return undefined;
  const mask = Uint8Array.from(cut, (v) => (v > 0.5 ? 1 : 0));
  const pieces = findComponents(mask, width, height, 1, 4);
  const largest = pieces.areas.reduce((a, b) => Math.max(a, b), 0);
  if (largest < 0.01 * mask.length) return undefined;
  for (let i = 0; i < mask.length; i++) {
    const label = pieces.labels[i]!;
    if (label !== -1 && pieces.areas[label]! < 0.2 * largest) mask[i] = 0;
  }
  const holes = findComponents(mask, width, height, 0, 8);
  const kept = new Float32Array(cut.length);
  for (let i = 0; i < mask.length; i++) kept[i] = mask[i] || !holes.touchesBorder[holes.labels[i]!] ? 1 : 0;
  return kept;
}

/** There is background on most sides of an object; one that fills the border was not photographed as a whole. */
function plausible(cut: Float32Array, width: number, height: number): boolean {
  let area = 0;
  let edge = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (cut[y * width + x]! < 0.5) continue;
      area++;
      if (x === 0 || y === 0 || x === width - 1 || y === height - 1) edge++;
    }
  }
  const share = area / cut.length;
  return share > 0.02 && share < 0.8 && edge < 0.2 * 2 * (width + height);
}

/** Intersection over union. */
export function intersectionOverUnion(a: Float32Array, b: Float32Array): number {
  let both = 0;
  let either = 0;
  for (let i = 0; i < a.length; i++) {
    const [inA, inB] = [a[i]! > 0.5, b[i]! > 0.5];
    if (inA && inB) both++;
    if (inA || inB) either++;
  }
  return both / Math.max(either, 1);
}

/** Aligned with the picture's own edges, then enlarged smoothly to its full size. */
function refine(cut: Float32Array, lab: Float32Array, picture: Picture, width: number, height: number): Float32Array {
  const lightness = new Float32Array(width * height);
  for (let i = 0; i < lightness.length; i++) lightness[i] = lab[3 * i]!;
  const guided = guidedFilter(cut, lightness, width, height, 3);
  const mixed = guided.map((g, i) => 0.6 * g + 0.4 * cut[i]!);
  return resample(softBlur(mixed, width, height, 1), width, height, picture.width, picture.height);
}

function rectangle(width: number, height: number, inset: number): Float32Array {
  const result = new Float32Array(width * height);
  const [left, top] = [Math.round(width * inset), Math.round(height * inset)];
  for (let y = top; y < height - top; y++) result.fill(1, y * width + left, (y + 1) * width - left);
  return result;
}

function threshold(plane: Float32Array, limit: number): Float32Array {
  return plane.map((v) => (v > limit ? 1 : 0));
}

/** Otsu's threshold of values from 0 to 1. */
function otsu(plane: Float32Array): number {
  const bins = new Float64Array(256);
  for (const v of plane) bins[Math.min(255, Math.floor(v * 256))]!++;
  let total = 0;
  for (let b = 0; b < 256; b++) total += b * bins[b]!;
  let [below, sum, best, limit] = [0, 0, -1, 0.5];
  for (let b = 0; b < 255; b++) {
    below += bins[b]!;
    sum += b * bins[b]!;
    const above = plane.length - below;
    if (below === 0 || above === 0) continue;
    const between = below * above * (sum / below - (total - sum) / above) ** 2;
    if (between > best) {
      best = between;
      limit = (b + 1) / 256;
    }
  }
  return limit;
}
