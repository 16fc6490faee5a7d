import { findComponents } from '../image/connected-components.ts';
import type { Components } from '../image/connected-components.ts';
import { dilate } from '../image/morphology.ts';
import type { Difference } from './difference.ts';
import { maxDarker, minDarker, unevenness } from './shade.ts';

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
  const shade = shadedPixels(difference, background, guess, tolerance);
  if (!shade.includes(1)) return shade;
  const uneven = unevenness(lab, width, height);
  const even = new Uint8Array(shade.length);
  for (let i = 0; i < even.length; i++) even[i] = shade[i] && uneven[i]! < 2.2 + 0.5 * tolerance ? 1 : 0;
  const edgeWidth = Math.max(2, Math.round(0.015 * Math.max(width, height)));
  const nearBackground = dilate(background, width, height, edgeWidth);
  const regions = findComponents(even, width, height, 1, 4);
  const isShadow = findShadows(regions, guess, background, nearBackground, width);
  const shadow = new Uint8Array(even.length);
  for (let i = 0; i < shadow.length; i++) {
    const label = regions.labels[i]!;
    shadow[i] = label !== -1 && isShadow[label] ? 1 : 0;
  }
  // Its edge is too steep to be even.
  const edge = dilate(shadow, width, height, edgeWidth);
  const result = new Uint8Array(even.length);
  for (let i = 0; i < result.length; i++) {
    result[i] = shadow[i] === 1 || (edge[i] === 1 && nearBackground[i] === 1 && shade[i] === 1) ? 1 : 0;
  }
  return result;
}

/** 1 where the lightness and the hue are those of a shadow on the backdrop. */
function shadedPixels(
  difference: Difference,
  background: Uint8Array,
  guess: Float32Array,
  tolerance: number,
): Uint8Array {
  const maxChroma = Math.max(0.8 * tolerance, 2.5);
  const result = new Uint8Array(background.length);
  for (let i = 0; i < result.length; i++) {
    const darker = -difference.light[i]!;
    if (background[i] || darker <= minDarker || darker >= maxDarker) continue;
    // A shadow has the colour of the sky or of a wall nearby; where hardly anything speaks for the object, more of it.
    const limit = maxChroma + 0.06 * darker + 8 * Math.max(0, 1 - guess[i]! / 0.4);
    if (difference.chroma[i]! < limit) result[i] = 1;
  }
  return result;
}

/** For each region whether it is a shadow. */
function findShadows(
  { labels, areas }: Components,
  guess: Float32Array,
  background: Uint8Array,
  nearBackground: Uint8Array,
  width: number,
): boolean[] {
  const guesses = new Float64Array(areas.length);
  const outline = new Int32Array(areas.length);
  const open = new Int32Array(areas.length);
  let object = 0;
  for (let i = 0; i < labels.length; i++) {
    object += 1 - background[i]!;
    const label = labels[i]!;
    if (label === -1) continue;
    guesses[label]! += guess[i]!;
    const inside = i >= width && i + width < labels.length;
    if (inside && labels[i - 1] === label && labels[i + 1] === label) {
      if (labels[i - width] === label && labels[i + width] === label) continue;
    }
    outline[label]!++;
    if (nearBackground[i]) open[label]!++;
  }
  const least = 2e-4 * labels.length;
  return areas.map((area, label) => {
    const limit = area < largeShare * object ? maxGuess.small : maxGuess.large;
    return area > least && guesses[label]! < limit * area && open[label]! > minOpen * outline[label]!;
  });
}
