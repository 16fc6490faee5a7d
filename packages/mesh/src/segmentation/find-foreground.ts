import type { Picture } from '../image/decode-image.ts';
import { ImageError } from '../image-error.ts';
import type { Method } from '../types.ts';
import { cutFromBackdrop } from './backdrop.ts';
import { agreement, findInScene, leastAgreement } from './scene.ts';

/** What of the picture is the object. */
export interface Foreground {
  kind: 'object';
  method: Exclude<Method, 'relief'>;
  /** 0 to 1 for each pixel of the picture. */
  coverage: Float32Array;
  warnings: string[];
}

/** No object stands out: the whole picture is the subject. */
export interface WholePicture {
  kind: 'picture';
  method: 'relief';
  /** How much each pixel stands out, 0 to 1. */
  saliency: Float32Array;
  warnings: string[];
}

/** Share of transparent pixels from which the alpha channel is taken to be a cut-out. */
const leastTransparent = 0.005;

/**
 * The object, from the surest source to the least: the caller's mask, the alpha channel, a plain backdrop, a clear
 * object in a natural scene; else the whole picture.
 * @throws ImageError where `mode` is `object` and nothing can be told from its surroundings.
 */
export function findForeground(
  picture: Picture,
  mode: 'auto' | 'object' | 'relief',
  mask?: Float32Array,
): Foreground | WholePicture {
  if (mode === 'relief') return asPicture(picture, findInScene(picture).saliency, []);
  if (mask) {
    if (!mask.some((c) => c >= 0.5))
      throw new ImageError('NO_FOREGROUND', 'The mask is black: paint the object white.');
    return asObject('mask', mask);
  }
  const alpha = alphaCoverage(picture);
  if (alpha) return asObject('alpha', alpha);
  const backdrop = cutFromBackdrop(picture);
  if (backdrop?.certain) return asObject('backdrop', backdrop.coverage);
  const scene = findInScene(picture);
  if (backdrop && scene.guess && agreement(backdrop.coverage, scene.guess) >= leastAgreement) {
    return asObject('backdrop', backdrop.coverage);
  }
  if (scene.coverage) {
    const guess =
      'The object was found in a natural scene; where its outline is wrong, give a mask or a cut-out picture.';
    return asObject('scene', scene.coverage, [guess]);
  }
  if (mode === 'object') {
    if (!scene.guess) {
      throw new ImageError(
        'NO_FOREGROUND',
        'No object stands out; give a mask, a cut-out, or a photo on a plain ground.',
      );
    }
    return asObject('scene', scene.guess, ['No object stands out clearly: its outline is a guess.']);
  }
  const warning =
    'No clear object stands out, so the whole picture became a relief; give a mask, a cut-out, or a photo on a plain ground for a solid object.';
  return asPicture(picture, scene.saliency, [warning]);
}

function asObject(method: Foreground['method'], coverage: Float32Array, warnings: string[] = []): Foreground {
  return { kind: 'object', method, coverage, warnings };
}

/** What is transparent shows as white in a relief. */
function asPicture({ rgb, alpha }: Picture, saliency: Float32Array, warnings: string[]): WholePicture {
  if (alpha) {
    for (let i = 0; i < alpha.length; i++) {
      const share = alpha[i]! / 255;
      for (let c = 0; c < 3; c++) rgb[3 * i + c] = rgb[3 * i + c]! * share + 255 * (1 - share) + 0.5;
    }
  }
  return { kind: 'picture', method: 'relief', saliency, warnings };
}

function alphaCoverage({ alpha }: Picture): Float32Array | undefined {
  if (!alpha) return undefined;
  let transparent = 0;
  for (const a of alpha) if (a < 128) transparent++;
  if (transparent < leastTransparent * alpha.length) return undefined;
  return Float32Array.from(alpha, (a) => a / 255);
}
