import { boxBlur } from '../image/blur.ts';
import { channelOf, toLab } from '../image/lab.ts';
import type { Picture } from '../image/picture.ts';
import { resample, shrinkRgb } from '../image/resample.ts';

/** How far from the coarse edge the true one may lie, in pixels of the coarse mask. */
const reach = 0.7;
/** The squared difference of the colours on both sides, over their variances, from which it moves an edge, and fully. */
const [minRatio, fullRatio] = [3, 10];
/** Variance (ΔE²) that is added to both sides: noise, and differences that hardly show. */
const extraVariance = 20;

/** Edges are looked for at this many pixels on the longest side at least, and at twice those of the mask. */
const minSide = 512;

/**
 * Enlarges a coarse mask to the size of its picture, and moves its edge onto the picture's own: near it, each pixel goes
 * to the side whose colours nearby it has. Where both sides look alike, the edge stays where enlarging puts it.
 */
export function alignMask(coarse: Float32Array, width: number, height: number, picture: Picture): Float32Array {
  if (width === picture.width && height === picture.height) return coarse;
  const side = Math.max(minSide, 2 * Math.max(width, height));
  const shrink = Math.min(1, side / Math.max(picture.width, picture.height));
  const [across, down] = [Math.round(picture.width * shrink), Math.round(picture.height * shrink)];
  const rgb = shrink < 1 ? shrinkRgb(picture.rgb, picture.width, picture.height, across, down) : picture.rgb;
  const lab = toLab(rgb);
  const size = { width: across, height: down };
  const scale = across / width;
  const wide = Math.max(1, Math.round(reach * scale));
  let mask = settle(resample(coarse, width, height, across, down), lab, size, wide, 2 * wide);
  if (scale > 2) mask = settle(mask, lab, size, Math.max(1, Math.round(wide / 2)), wide);
  return shrink < 1 ? resample(mask, across, down, picture.width, picture.height) : mask;
}

/** @param band Pixels within this of the edge are decided anew; @param around by the colours this far away. */
function settle(
  mask: Float32Array,
  lab: Float32Array,
  size: { width: number; height: number },
  band: number,
  around: number,
): Float32Array {
  const { width, height } = size;
  const blur = (plane: Float32Array, radius: number): Float32Array => boxBlur(plane, width, height, radius);
  const near = blur(hardened(mask), band);
  const object = new Float32Array(mask.length);
  const background = new Float32Array(mask.length);
  for (let i = 0; i < mask.length; i++) {
    object[i] = near[i]! > 0.999 ? 1 : 0;
    background[i] = near[i]! < 0.001 ? 1 : 0;
  }
  const [inside, outside] = [blur(object, around), blur(background, around)];
  const means: [Float32Array, Float32Array][] = [];
  const planes: Float32Array[] = [];
  const squares = new Float32Array(mask.length);
  const masked = new Float32Array(mask.length);
  const bothMeans = (plane: Float32Array): [Float32Array, Float32Array] => [
    blur(multiplied(plane, object, masked), around),
    blur(multiplied(plane, background, masked), around),
  ];
  for (const c of [0, 1, 2] as const) {
    const plane = channelOf(lab, c);
    planes.push(plane);
    for (let i = 0; i < mask.length; i++) squares[i]! += plane[i]! ** 2;
    means.push(bothMeans(plane));
  }
  const [squaresInside, squaresOutside] = bothMeans(squares);
  const result = mask.slice();
  for (let i = 0; i < mask.length; i++) {
    if (object[i] || background[i] || inside[i]! < 0.01 || outside[i]! < 0.01) continue;
    let [along, length] = [0, 0];
    let variance = squaresInside[i]! / inside[i]! + squaresOutside[i]! / outside[i]! + 2 * extraVariance;
    for (let c = 0; c < 3; c++) {
      const there = means[c]![1][i]! / outside[i]!;
      const here = means[c]![0][i]! / inside[i]!;
      const step = here - there;
      variance -= here * here + there * there;
      along += step * (planes[c]![i]! - there);
      length += step * step;
    }
    const ratio = length / Math.max(variance, extraVariance);
    const trust = Math.min(Math.max((ratio - minRatio) / (fullRatio - minRatio), 0), 1);
    const measured = Math.min(Math.max(along / Math.max(length, 1e-6), 0), 1);
    // Steeper than the colours alone: a pixel with most of the object's colour is the object's.
    const steep = Math.min(Math.max(0.5 + 2 * (measured - 0.5), 0), 1);
    result[i] = trust * (0.7 * steep + 0.3 * mask[i]!) + (1 - trust) * mask[i]!;
  }
  return result;
}

function hardened(mask: Float32Array): Float32Array {
  const result = new Float32Array(mask.length);
  for (let i = 0; i < result.length; i++) result[i] = mask[i]! >= 0.5 ? 1 : 0;
  return result;
}

function multiplied(plane: Float32Array, by: Float32Array, into: Float32Array): Float32Array {
  for (let i = 0; i < into.length; i++) into[i] = plane[i]! * by[i]!;
  return into;
}
