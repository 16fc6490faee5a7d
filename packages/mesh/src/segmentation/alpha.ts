import type { Picture } from '../image/picture.ts';

/** Share of transparent pixels from which a picture counts as a cut-out. */
const minTransparent = 0.005;

/** The coverage of a cut-out; undefined where the alpha channel hides nothing. */
export function alphaCoverage({ alpha }: Picture): Float32Array | undefined {
  if (!alpha) return undefined;
  let transparent = 0;
  for (const a of alpha) if (a < 128) transparent++;
  if (transparent < minTransparent * alpha.length) return undefined;
  return Float32Array.from(alpha, (a) => a / 255);
}
