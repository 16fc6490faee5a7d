/** Inverse and determinant of a symmetric 3 × 3 matrix, row by row. */
export function invertSymmetric(m: Float64Array): { inverse: Float64Array; determinant: number } {
  const [a, b, c, d, e, f] = [m[0]!, m[1]!, m[2]!, m[4]!, m[5]!, m[8]!];
  const determinant = a * (d * f - e * e) - b * (b * f - c * e) + c * (b * e - c * d);
  const [i01, i02, i12] = [c * e - b * f, b * e - c * d, b * c - a * e].map((v) => v / determinant) as [
    number,
    number,
    number,
  ];
  const inverse = Float64Array.of(
    (d * f - e * e) / determinant,
    i01,
    i02,
    i01,
    (a * f - c * c) / determinant,
    i12,
    i02,
    i12,
    (a * d - b * b) / determinant,
  );
  return { inverse, determinant };
}

/**
 * Gauss–Jordan elimination with pivoting, in place.
 * @param m `size` rows of `size` coefficients and the right-hand side.
 * @returns The solution, or undefined where the matrix is singular.
 */
export function solveLinear(m: Float64Array, size: number): Float64Array | undefined {
  const width = size + 1;
  for (let k = 0; k < size; k++) {
    let pivot = k;
    for (let r = k + 1; r < size; r++) if (Math.abs(m[r * width + k]!) > Math.abs(m[pivot * width + k]!)) pivot = r;
    if (Math.abs(m[pivot * width + k]!) < 1e-12) return undefined;
    for (let c = 0; c < width; c++) {
      const swap = m[k * width + c]!;
      m[k * width + c] = m[pivot * width + c]!;
      m[pivot * width + c] = swap;
    }
    for (let r = 0; r < size; r++) {
      if (r === k) continue;
      const factor = m[r * width + k]! / m[k * width + k]!;
      for (let c = k; c < width; c++) m[r * width + c]! -= factor * m[k * width + c]!;
    }
  }
  return Float64Array.from({ length: size }, (_, k) => m[k * width + size]! / m[k * width + k]!);
}
