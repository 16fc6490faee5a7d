import { softBlur } from '../image/blur.ts';
import type { Mask } from '../image/decode-image.ts';
import { ImageError } from '../image-error.ts';
import type { Picture } from '../image/picture.ts';
import { resample, shrinkRgb } from '../image/resample.ts';
import { meshMessage } from '../messages.ts';
import type { Message } from '../messages.ts';
import type { GenerateOptions, Method } from '../types.ts';
import { alignMask } from './align.ts';
import { alphaCoverage } from './alpha.ts';
import { cutFromBackdrop } from './backdrop.ts';
import { alphaScore, cutWarnings, judgeCuts, reliefScore } from './judge-cuts.ts';
import { intersectionOverUnion } from './measure-cut.ts';
import { crumbShares, keepParts } from './pieces.ts';
import type { Prior } from './prior/prior.ts';
import { proposeCuts } from './propose-cuts.ts';
import type { Proposal, Proposals } from './propose-cuts.ts';

/** The part of the picture that is the object. */
export interface Foreground {
  kind: 'object';
  method: Exclude<Method, 'relief'>;
  /** 0 to 1 for each pixel of the picture. */
  coverage: Float32Array;
  /** How sure the outline is; absent for the caller's own. */
  score?: number;
  warnings: Message[];
}

/** No object stands out, or none was wanted: the whole picture is the subject. */
export interface WholePicture {
  kind: 'picture';
  method: 'relief';
  /** How much each pixel stands out, 0 to 1. */
  saliency: Float32Array;
  /** Of the verdict; absent where a relief was asked for. */
  score?: number;
  warnings: Message[];
}

/** All optional. */
export interface ForegroundOptions {
  mode?: GenerateOptions['mode'] | undefined;
  parts?: GenerateOptions['parts'] | undefined;
  /** The caller's own. */
  mask?: Mask | undefined;
  prior?: Prior | undefined;
}

/** Longest side at which the cuts are compared: as large as those that people choose from. */
const compareSide = 320;
/** The least score of a cut that is made because an object was demanded. */
const minScore = 0.2;
/** How well the cut of the large picture has to overlap the one that was judged. */
const sameOverlap = 0.85;

/**
 * The object: the caller's mask, or the best of the cuts there are; the whole picture where none is likely to be right.
 * @throws ImageError where the mask is black, or `mode` is `object` and nothing stands out.
 */
export function findForeground(picture: Picture, options: ForegroundOptions = {}): Foreground | WholePicture {
  const { mode = 'auto', parts = 'all', mask, prior } = options;
  if (mode === 'relief') return asPicture(picture, standingOut(search(picture).proposals, picture), []);
  if (mask) return fromMask(picture, mask, parts);
  const alpha = alphaCoverage(picture);
  if (alpha) {
    const coverage = keepParts(alpha, picture.width, picture.height, parts);
    return { kind: 'object', method: 'alpha', coverage, score: alphaScore, warnings: [] };
  }
  const { small, proposals } = search(picture, prior);
  const best = judgeCuts(proposals.cuts)[0];
  if (best && best.score >= (mode === 'object' ? minScore : reliefScore)) {
    const { method } = best.cut;
    const crumbs = method === 'backdrop' ? crumbShares.backdrop : crumbShares.scene;
    const coverage = keepParts(
      enlarge(best.cut, picture, small, proposals),
      picture.width,
      picture.height,
      parts,
      crumbs,
    );
    return { kind: 'object', method, coverage, score: best.score, warnings: cutWarnings(best.score) };
  }
  if (mode === 'object') throw new ImageError('NO_FOREGROUND', meshMessage('mesh.object_missing'));
  const saliency = standingOut(proposals, picture);
  return { ...asPicture(picture, saliency, [meshMessage('mesh.relief_instead')]), score: reliefScore };
}

function fromMask(picture: Picture, mask: Mask, parts: 'all' | 'largest'): Foreground | WholePicture {
  if (mask.coverage.every((c) => c >= 0.99)) {
    return asPicture(picture, standingOut(search(picture).proposals, picture), []);
  }
  if (!mask.coverage.some((c) => c >= 0.5)) throw new ImageError('NO_FOREGROUND', meshMessage('mesh.mask_black'));
  const coverage = alignMask(mask.coverage, mask.width, mask.height, picture);
  const kept = keepParts(coverage, picture.width, picture.height, parts);
  return { kind: 'object', method: 'mask', coverage: kept, warnings: [] };
}

/** Looks at a small copy. */
function search(picture: Picture, prior?: Prior): { small: Picture; proposals: Proposals } {
  const scale = Math.min(1, compareSide / Math.max(picture.width, picture.height));
  const width = Math.max(8, Math.round(picture.width * scale));
  const height = Math.max(8, Math.round(picture.height * scale));
  const small = { width, height, rgb: shrinkRgb(picture.rgb, picture.width, picture.height, width, height) };
  return { small, proposals: proposeCuts(small, prior) };
}

/** The cut of the whole picture that belongs to one of the small one. */
function enlarge(cut: Proposal, picture: Picture, small: Picture, proposals: Proposals): Float32Array {
  const aligned = (): Float32Array => alignMask(cut.coverage, cut.width, cut.height, picture);
  if (cut.method !== 'backdrop') return aligned();
  const { guess, hasCastShadow, width, height } = proposals;
  const full = cutFromBackdrop(picture, resample(guess, width, height, picture.width, picture.height), hasCastShadow);
  if (!full) return aligned();
  const shrunk = resample(full.coverage, picture.width, picture.height, small.width, small.height);
  return intersectionOverUnion(shrunk, cut.coverage) >= sameOverlap ? full.coverage : aligned();
}

/** What a relief raises: what stands out, and more of it what may be the object. */
function standingOut({ cuts, saliency, width, height }: Proposals, picture: Picture): Float32Array {
  const long = Math.max(width, height);
  let result = softBlur(saliency, width, height, 0.015 * long);
  const object = cuts.find(({ method }) => method === 'scene');
  if (object) {
    const blurred = softBlur(object.coverage, width, height, 0.02 * long);
    result = result.map((s, i) => 0.4 * s + 0.6 * blurred[i]!);
  }
  return resample(result, width, height, picture.width, picture.height);
}

/** Transparent pixels become white in a relief. */
function asPicture({ rgb, alpha }: Picture, saliency: Float32Array, warnings: Message[]): WholePicture {
  if (alpha) {
    for (let i = 0; i < alpha.length; i++) {
      const share = alpha[i]! / 255;
      for (let c = 0; c < 3; c++) rgb[3 * i + c] = rgb[3 * i + c]! * share + 255 * (1 - share) + 0.5;
    }
  }
  return { kind: 'picture', method: 'relief', saliency, warnings };
}
