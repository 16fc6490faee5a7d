import type { Picture } from '../decode-image.ts';
import type { Method } from '../types.ts';
import { cutFromBackdrop } from './backdrop.ts';

/** What of the picture is the object. */
export interface Foreground {
  method: Exclude<Method, 'relief'>;
  /** 0 to 1 for each pixel of the picture. */
  coverage: Float32Array;
}

/** Share of transparent pixels from which the alpha channel is taken to be a cut-out. */
const leastTransparent = 0.005;

/** Coverage from the alpha channel, or from a plain backdrop; undefined where neither tells. */
export function findEasyForeground(picture: Picture): Foreground | undefined {
  const alpha = alphaCoverage(picture);
  if (alpha) return { method: 'alpha', coverage: alpha };
  const backdrop = cutFromBackdrop(picture);
  if (backdrop) return { method: 'backdrop', coverage: backdrop };
  return undefined;
}

function alphaCoverage({ alpha }: Picture): Float32Array | undefined {
  if (!alpha) return undefined;
  let transparent = 0;
  for (const a of alpha) if (a < 128) transparent++;
  if (transparent < leastTransparent * alpha.length) return undefined;
  return Float32Array.from(alpha, (a) => a / 255);
}
