/** Mean over a square window of `radius` pixels to each side, clipped at the border. By running sums: any radius costs the same. */
export function boxBlur(source: Float32Array, width: number, height: number, radius: number): Float32Array {
  const result = new Float32Array(source.length);
  blurInto(source, result, width, height, radius);
  return result;
}

/** Three box blurs of this radius, which come close to a Gaussian. */
export function softBlur(source: Float32Array, width: number, height: number, radius: number): Float32Array {
  const whole = Math.max(1, Math.round(radius));
  const result = new Float32Array(source.length);
  for (let pass = 0; pass < 3; pass++) blurInto(pass === 0 ? source : result, result, width, height, whole);
  return result;
}

/** `result` may be `source`: a row is written when no window needs it any more. */
function blurInto(source: Float32Array, result: Float32Array, width: number, height: number, radius: number): void {
  // Rows that were blurred across and are still in the window, and up to three that come next.
  const kept = Math.min(2 * radius + 8, height + 4) & ~3;
  const across = new Float32Array(kept * width);
  let ready = 0;
  const sums = new Float64Array(width);
  let count = 0;
  // All columns at once, row by row: walking down one column after the other would miss the cache at every step.
  for (let y = -radius; y < height; y++) {
    const enters = y + radius < height;
    const leaves = y - radius - 1 >= 0;
    if (enters && y + radius === ready) {
      blurRows(source, across, ready, (ready % kept) * width, width, height, radius);
      ready += 4;
    }
    count += (enters ? 1 : 0) - (leaves ? 1 : 0);
    const from = ((y + radius) % kept) * width;
    const gone = ((y - radius - 1) % kept) * width;
    if (enters) for (let x = 0; x < width; x++) sums[x]! += across[from + x]!;
    if (leaves) for (let x = 0; x < width; x++) sums[x]! -= across[gone + x]!;
    if (y < 0) continue;
    const share = 1 / count;
    const to = y * width;
    for (let x = 0; x < width; x++) result[to + x] = sums[x]! * share;
  }
}

/** Four rows from `row` on, side by side: a sum waits for the one before it, but not for those of other rows. */
function blurRows(
  source: Float32Array,
  target: Float32Array,
  row: number,
  to: number,
  width: number,
  height: number,
  radius: number,
): void {
  // Past the last row, the last one is blurred again, and the result never looked at.
  const a = row * width;
  const b = Math.min(row + 1, height - 1) * width;
  const c = Math.min(row + 2, height - 1) * width;
  const d = Math.min(row + 3, height - 1) * width;
  let [sumA, sumB, sumC, sumD] = [0, 0, 0, 0];
  let count = 0;
  for (let x = -radius; x < width; x++) {
    const enters = x + radius;
    const leaves = enters - 2 * radius - 1;
    if (enters < width) {
      sumA += source[a + enters]!;
      sumB += source[b + enters]!;
      sumC += source[c + enters]!;
      sumD += source[d + enters]!;
      count++;
    }
    if (leaves >= 0) {
      sumA -= source[a + leaves]!;
      sumB -= source[b + leaves]!;
      sumC -= source[c + leaves]!;
      sumD -= source[d + leaves]!;
      count--;
    }
    if (x < 0) continue;
    target[to + x] = sumA / count;
    target[to + width + x] = sumB / count;
    target[to + 2 * width + x] = sumC / count;
    target[to + 3 * width + x] = sumD / count;
  }
}
