import { softBlur } from '../image/blur.ts';
import { fitBackdrop } from './backdrop-fit.ts';
import type { Backdrop } from './backdrop-fit.ts';
import { measureDifference } from './difference.ts';
import { enclosedByFocus, findFocus } from './focus.ts';
import { borderDistance, findSaliency } from './saliency.ts';
import { shadeLikeness } from './shade.ts';
import { logOdds } from './total-variation.ts';

/** Numbers per pixel. */
export const cueCount = 14;

/** What speaks for and against each pixel of a small picture. */
export interface Cues {
  /** {@link cueCount} numbers for each pixel, all of about the same size. */
  perPixel: Float32Array;
  saliency: Float32Array;
  /** How much of the border is in focus, 0 to 1. */
  borderFocus: number;
  /** The smooth backdrop that fits the border best, if any does. */
  backdrop: Backdrop | undefined;
}

/** @param learned The probability that each pixel belongs to the object, from other pictures; the last cue, 0 without it. */
export function findCues(lab: Float32Array, width: number, height: number, learned?: Float32Array): Cues {
  const saliency = findSaliency(lab, width, height);
  const far = borderDistance(lab, width, height);
  const focus = findFocus(lab, width, height);
  const enclosed = softBlur(enclosedByFocus(focus, width, height), width, height, 0.012 * Math.max(width, height));
  const backdrop = fitBackdrop(lab, width, height);
  const difference = backdrop && measureDifference(lab, width, height, backdrop);
  const shade = difference && shadeLikeness(lab, difference, width, height);
  const [fits, noise] = backdrop ? [backdrop.fits, Math.min(backdrop.noise / 8, 2)] : [0, 2];
  const perPixel = new Float32Array(cueCount * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      const [u, v] = [(2 * x) / width - 1, (2 * y) / height - 1];
      const at = cueCount * i;
      perPixel[at] = saliency[i]!;
      perPixel[at + 1] = far[i]! / (far[i]! + 6);
      perPixel[at + 2] = focus.density[i]!;
      perPixel[at + 3] = enclosed[i]!;
      perPixel[at + 4] = Math.min(20 * focus.borderShare, 1.5);
      perPixel[at + 5] = difference ? difference.total[i]! / (difference.total[i]! + 8) : 0;
      perPixel[at + 6] = noise;
      perPixel[at + 7] = fits;
      perPixel[at + 8] = u * u + v * v;
      perPixel[at + 9] = Math.min(Math.min(1 - Math.abs(u), 1 - Math.abs(v)) * 4, 1);
      perPixel[at + 10] = v;
      perPixel[at + 11] = shade?.[i] ?? 0;
      perPixel[at + 12] = difference ? Math.max(-difference.light[i]!, 0) / 40 : 0;
      perPixel[at + 13] = learned ? logOdds(learned[i]!) / 4 : 0;
    }
  }
  return { perPixel, saliency, borderFocus: focus.borderShare, backdrop };
}
