/** Intersection over union of two masks of equal size; what is not 0 belongs to them. 1 where both are empty. */
export function overlap(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [both, either] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    if (a[i] && b[i]) both++;
    if (a[i] || b[i]) either++;
  }
  return either === 0 ? 1 : both / either;
}

/** As {@link overlap}, with `a` moved by whole pixels to the right and down; what leaves the picture counts as missing. */
export function overlapMoved(a: Uint8Array, b: Uint8Array, width: number, dx: number, dy: number): number {
  const height = a.length / width;
  let [both, sizeA, sizeB] = [0, 0, 0];
  for (let i = 0; i < b.length; i++) {
    sizeA += a[i]!;
    sizeB += b[i]!;
  }
  for (let y = Math.max(0, dy); y < Math.min(height, height + dy); y++) {
    for (let x = Math.max(0, dx); x < Math.min(width, width + dx); x++) {
      both += a[(y - dy) * width + x - dx]! & b[y * width + x]!;
    }
  }
  const either = sizeA + sizeB - both;
  return either === 0 ? 1 : both / either;
}

/** 1 where the coverage is at least a half. */
export function toMask(coverage: ArrayLike<number>, half = 0.5): Uint8Array {
  return Uint8Array.from(coverage, (c) => (c >= half ? 1 : 0));
}
