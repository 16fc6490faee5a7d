import type { Backdrop } from './backdrop-fit.ts';

/** How each pixel differs from the backdrop. */
export interface Difference {
  /** ΔE from the backdrop, in which darkening weighs less: a shadow is a darker background. */
  total: Float32Array;
  /** Lightness above the backdrop. */
  light: Float32Array;
  /** Difference in hue and chroma alone, from what the backdrop has at this lightness. */
  chroma: Float32Array;
}

/** Compares every pixel with the backdrop's colour there. */
export function measureDifference(lab: Float32Array, width: number, height: number, backdrop: Backdrop): Difference {
  const total = new Float32Array(width * height);
  const light = new Float32Array(width * height);
  const chroma = new Float32Array(width * height);
  const expected = new Float32Array(3 * width);
  for (let y = 0; y < height; y++) {
    backdrop.rowAt(y, expected);
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      const dl = lab[3 * i]! - expected[3 * x]!;
      // Less light scales L + 16, a and b alike: a shadow on a coloured ground is less colourful, too.
      const shade = Math.min(Math.max((lab[3 * i]! + 16) / (expected[3 * x]! + 16), 0.3), 1);
      const da = lab[3 * i + 1]! - shade * expected[3 * x + 1]!;
      const db = lab[3 * i + 2]! - shade * expected[3 * x + 2]!;
      const weighted = dl < 0 ? 0.75 * dl : dl;
      light[i] = dl;
      chroma[i] = Math.sqrt(da * da + db * db);
      total[i] = Math.sqrt(weighted * weighted + da * da + db * db);
    }
  }
  return { total, light, chroma };
}
