/** Mean over a square window of `radius` pixels to each side, clipped at the border. By running sums: any radius costs the same. */
export function boxBlur(source: Float32Array, width: number, height: number, radius: number): Float32Array {
  const result = new Float32Array(source.length);
  blurInto(source, new Float32Array(source.length), result, width, height, radius);
  return result;
}

/** Three box blurs of this radius, which come close to a Gaussian. */
export function softBlur(source: Float32Array, width: number, height: number, radius: number): Float32Array {
  const whole = Math.max(1, Math.round(radius));
  const result = new Float32Array(source.length);
  const across = new Float32Array(source.length);
  for (let pass = 0; pass < 3; pass++) blurInto(pass === 0 ? source : result, across, result, width, height, whole);
  return result;
}

function blurInto(
  source: Float32Array,
  across: Float32Array,
  result: Float32Array,
  width: number,
  height: number,
  radius: number,
): void {
  for (let y = 0; y < height; y++) slide(source, across, y * width, width, radius);
  // All columns at once, row by row: walking down one column after the other would miss the cache at every step.
  const sums = new Float64Array(width);
  let count = Math.min(radius, height);
  for (let y = 0; y < count; y++) for (let x = 0; x < width; x++) sums[x]! += across[y * width + x]!;
  for (let y = 0; y < height; y++) {
    const enters = y + radius < height;
    const leaves = y - radius - 1 >= 0;
    count += (enters ? 1 : 0) - (leaves ? 1 : 0);
    const share = 1 / count;
    const from = (y + radius) * width;
    const gone = (y - radius - 1) * width;
    for (let x = 0; x < width; x++) {
      let sum = sums[x]!;
      if (enters) sum += across[from + x]!;
      if (leaves) sum -= across[gone + x]!;
      sums[x] = sum;
      result[y * width + x] = sum * share;
    }
  }
}

function slide(source: Float32Array, target: Float32Array, offset: number, length: number, radius: number): void {
  let sum = 0;
  let count = 0;
  for (let i = 0; i < Math.min(radius, length); i++) {
    sum += source[offset + i]!;
    count++;
  }
  for (let i = 0; i < length; i++) {
    if (i + radius < length) {
      sum += source[offset + i + radius]!;
      count++;
    }
    if (i - radius - 1 >= 0) {
      sum -= source[offset + i - radius - 1]!;
      count--;
    }
    target[offset + i] = sum / count;
  }
}
