import { ImageError } from '../image-error.ts';
import type { Picture } from '../image/picture.ts';
import { meshMessage } from '../messages.ts';
import type { Message } from '../messages.ts';
import type { GenerateOptions, Method } from '../types.ts';
import { alphaCoverage } from './alpha.ts';
import { cutFromBackdrop } from './backdrop.ts';
import { largestPart } from './parts.ts';
import { findInScene, intersectionOverUnion, minAgreement } from './scene.ts';

/** The part of the picture that is the object. */
export interface Foreground {
  kind: 'object';
  method: Exclude<Method, 'relief'>;
  /** 0 to 1 for each pixel of the picture. */
  coverage: Float32Array;
  warnings: Message[];
}

/** No object stands out: the whole picture is the subject. */
export interface WholePicture {
  kind: 'picture';
  method: 'relief';
  /** How much each pixel stands out, 0 to 1. */
  saliency: Float32Array;
  warnings: Message[];
}

/** All optional. */
export interface ForegroundOptions {
  mode?: GenerateOptions['mode'] | undefined;
  parts?: GenerateOptions['parts'] | undefined;
  /** The caller's own, 0 to 1 for each pixel of the picture. */
  mask?: Float32Array | undefined;
}

/**
 * The object, from the most reliable source: the caller's mask, the alpha channel, a plain backdrop, or one clear object
 * in a natural scene; otherwise the whole picture.
 * @throws ImageError where `mode` is `object` and nothing stands out.
 */
export function findForeground(
  picture: Picture,
  { mode = 'auto', parts = 'all', mask }: ForegroundOptions = {},
): Foreground | WholePicture {
  const found = findWhole(picture, mode, mask);
  if (found.kind === 'picture' || parts === 'all') return found;
  return { ...found, coverage: largestPart(found.coverage, picture.width, picture.height) };
}

function findWhole(
  picture: Picture,
  mode: NonNullable<GenerateOptions['mode']>,
  mask: Float32Array | undefined,
): Foreground | WholePicture {
  if (mode === 'relief') return asPicture(picture, findInScene(picture).saliency, []);
  if (mask) {
    if (!mask.some((c) => c >= 0.5)) throw new ImageError('NO_FOREGROUND', meshMessage('mesh.mask_black'));
    if (mask.every((c) => c >= 0.99)) return asPicture(picture, findInScene(picture).saliency, []);
    return asObject('mask', mask);
  }
  const alpha = alphaCoverage(picture);
  if (alpha) return asObject('alpha', alpha);
  const backdrop = cutFromBackdrop(picture);
  if (backdrop?.certain) return asObject('backdrop', backdrop.coverage);
  const scene = findInScene(picture);
  if (backdrop && scene.guess && intersectionOverUnion(backdrop.coverage, scene.guess) >= minAgreement) {
    return asObject('backdrop', backdrop.coverage);
  }
  if (scene.coverage) return asObject('scene', scene.coverage, [meshMessage('mesh.scene_outline')]);
  if (mode === 'object') {
    if (!scene.guess) throw new ImageError('NO_FOREGROUND', meshMessage('mesh.object_missing'));
    return asObject('scene', scene.guess, [meshMessage('mesh.outline_guessed')]);
  }
  return asPicture(picture, scene.saliency, [meshMessage('mesh.relief_instead')]);
}

function asObject(method: Foreground['method'], coverage: Float32Array, warnings: Message[] = []): Foreground {
  return { kind: 'object', method, coverage, warnings };
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
