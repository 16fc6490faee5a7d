import { findComponents } from '../image/connected-components.ts';
import type { Picture } from '../image/picture.ts';
import { toLab } from '../image/lab.ts';
import { fitBackdrop } from './backdrop-fit.ts';
import { findCastShadow } from './cast-shadow.ts';
import { measureDifference } from './difference.ts';
import { openHoles } from './holes.ts';
import { findShadow } from './shadow.ts';
import { softenEdge } from './soft-edge.ts';
import { dropSmallRegions, dropSpecks } from './specks.ts';

/** Noise (ΔE) up to which a background is even enough to recognise its shadows. */
const maxEvenNoise = 1.8;
/** Share of the border ring that a smooth backdrop must explain, and the noise it may have (ΔE). */
const minFit = 0.8;
const maxNoise = 5;
/** Share of the picture that the object may cover. */
const minCovered = 0.0008;
const maxCovered = 0.97;

/** An object on a plain backdrop. */
export interface BackdropCut {
  /** 0 to 1 per pixel. */
  coverage: Float32Array;
  hasCastShadow: boolean;
}

/**
 * Undefined where the border is not a plain backdrop or nothing stands out from it.
 * @param guess The probability that each pixel belongs to the object, to tell dark parts of it from its shadow.
 * @param castShadows Whether to look for shadows with sharp edges.
 */
export function cutFromBackdrop(picture: Picture, guess?: Float32Array, castShadows = true): BackdropCut | undefined {
  const { width, height } = picture;
  const lab = toLab(picture.rgb);
  const backdrop = fitBackdrop(lab, width, height);
  if (!backdrop || backdrop.fits < minFit || backdrop.noise >= maxNoise) return undefined;
  const even = backdrop.noise < maxEvenNoise;
  const tolerance = Math.min(Math.max(3.5 * backdrop.noise, 3.2), 14);
  const difference = measureDifference(lab, width, height, backdrop);
  const similar = new Uint8Array(width * height);
  for (let i = 0; i < similar.length; i++) {
    // Where nothing speaks for the object, compression may have left more.
    const more = guess ? 1.2 * Math.max(0, 1 - guess[i]! / 0.25) : 0;
    similar[i] = difference.total[i]! < tolerance * (1 + more) ? 1 : 0;
  }

  const background = floodFromBorder(similar, width, height);
  const shadow = even
    ? findShadow(lab, difference, background, width, height, tolerance, backdrop.noise)
    : new Uint8Array(background.length);
  let hasCastShadow = false;
  if (guess && even && castShadows) {
    const cast = findCastShadow(lab, difference, background, guess, width, height, tolerance);
    for (let i = 0; i < cast.length; i++) shadow[i]! |= cast[i]!;
    hasCastShadow = cast.includes(1);
  }
  openHoles(similar, background, difference, backdrop, width, height);
  for (let i = 0; i < background.length; i++) background[i]! |= shadow[i]!;
  dropSpecks(background, difference.total, width, height, tolerance);

  const covered = coveredShare(background);
  if (covered < minCovered || covered > maxCovered) return undefined;
  const coverage = softenEdge(lab, width, height, background, shadow, backdrop);
  dropSmallRegions(coverage, width, height);
  return { coverage, hasCastShadow };
}

function floodFromBorder(similar: Uint8Array, width: number, height: number): Uint8Array {
  const background = new Uint8Array(similar.length);
  const { labels, touchesBorder } = findComponents(similar, width, height, 1, 4);
  for (let i = 0; i < similar.length; i++) if (labels[i] !== -1 && touchesBorder[labels[i]!]) background[i] = 1;
  return background;
}

function coveredShare(background: Uint8Array): number {
  let covered = 0;
  for (let i = 0; i < background.length; i++) covered += 1 - background[i]!;
  return covered / background.length;
}
