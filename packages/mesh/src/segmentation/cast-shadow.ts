import { boxBlur } from '../image/blur.ts';
import { findComponents } from '../image/connected-components.ts';
import { channelOf } from '../image/lab.ts';
import { dilate } from '../image/morphology.ts';
import type { Difference } from './difference.ts';

/** How much darker than the backdrop a shadow is (L). */
const [minDarker, maxDarker] = [2.5, 55];
/** Mean probability of the object, at most, in a shadow; a region that is a large share of the object must be surer. */
const maxGuess = { small: 0.75, large: 0.5 };
const largeShare = 0.35;
/** Share of its outline, at least, along which a shadow borders on the background. */
const minOpen = 0.2;

/**
 * The shadows that an object casts on a plain ground, with edges of any sharpness: even regions, darker than the backdrop
 * but of its hue, that border on the background and that do not look like the object.
 * @param guess The probability that each pixel belongs to the object.
 */
export function findCastShadow(
  lab: Float32Array,
  difference: Difference,
  background: Uint8Array,
  guess: Float32Array,
  width: number,
  height: number,
  tolerance: number,
): Uint8Array {
  const maxChroma = Math.max(0.8 * tolerance, 2.5);
  // A shadow has the colour of the sky or of a wall nearby; where hardly anything speaks for the object, more of it.
  const hueLimit = (i: number, darker: number): number =>
    maxChroma + 0.06 * darker + 8 * Math.max(0, 1 - guess[i]! / 0.4);
  const uneven = unevenness(lab, width, height);
  const like = new Uint8Array(background.length);
  for (let i = 0; i < like.length; i++) {
    const darker = -difference.light[i]!;
    const isShade = darker > minDarker && darker < maxDarker && difference.chroma[i]! < hueLimit(i, darker);
    like[i] = !background[i] && isShade && uneven[i]! < 2.2 + 0.5 * tolerance ? 1 : 0;
  }
  const { labels, areas } = findComponents(like, width, height, 1, 4);
  const nearBackground = dilate(new Float32Array(background), width, height, edgeWidth(width, height));
  const tallies = areas.map(() => ({ guess: 0, outline: 0, open: 0 }));
  for (let i = 0; i < like.length; i++) {
    if (labels[i] === -1) continue;
    const tally = tallies[labels[i]!]!;
    tally.guess += guess[i]!;
    if (
      labels[i - 1] === labels[i] &&
      labels[i + 1] === labels[i] &&
      labels[i - width] === labels[i] &&
      labels[i + width] === labels[i]
    )
      continue;
    tally.outline++;
    if (nearBackground[i]) tally.open++;
  }
  const least = 2e-4 * like.length;
  let object = 0;
  for (let i = 0; i < background.length; i++) object += 1 - background[i]!;
  const isShadow = areas.map((area, label) => {
    const { guess: sum, outline, open } = tallies[label]!;
    const limit = area < largeShare * object ? maxGuess.small : maxGuess.large;
    return area > least && sum < limit * area && open > minOpen * outline;
  });
  const shadow = new Float32Array(labels.length);
  for (let i = 0; i < shadow.length; i++) shadow[i] = labels[i] !== -1 && isShadow[labels[i]!] ? 1 : 0;
  // Its edge is too steep to be even.
  const edge = dilate(shadow, width, height, edgeWidth(width, height));
  const result = new Uint8Array(shadow);
  for (let i = 0; i < result.length; i++) {
    if (shadow[i] === 1 || edge[i] === 0 || nearBackground[i] === 0 || background[i]) continue;
    const darker = -difference.light[i]!;
    if (darker < maxDarker && difference.chroma[i]! < hueLimit(i, darker)) result[i] = 1;
  }
  return result;
}

/** How much each pixel looks like the backdrop in the shade, 0 to 1: darker, of its hue, and even. */
export function shadeLikeness(lab: Float32Array, difference: Difference, width: number, height: number): Float32Array {
  const uneven = unevenness(lab, width, height);
  return uneven.map((u, i) => {
    const darker = -difference.light[i]!;
    if (darker < minDarker || darker > maxDarker) return 0;
    return Math.exp(-((difference.chroma[i]! / (4 + 0.06 * darker)) ** 2) - (u / 8) ** 2);
  });
}

function edgeWidth(width: number, height: number): number {
  return Math.max(2, Math.round(0.015 * Math.max(width, height)));
}

/** Standard deviation of the lightness around each pixel. */
function unevenness(lab: Float32Array, width: number, height: number): Float32Array {
  const light = channelOf(lab, 0);
  const mean = boxBlur(light, width, height, 2);
  for (let i = 0; i < light.length; i++) light[i] = light[i]! * light[i]!;
  const result = boxBlur(light, width, height, 2);
  for (let i = 0; i < result.length; i++) result[i] = Math.sqrt(Math.max(result[i]! - mean[i]! ** 2, 0));
  return result;
}
