/** Operations on one number a pixel, rows from the top. */

/** Mean over a square window of `radius` pixels to each side, clipped at the border; running sums, any radius costs the same. */
export function boxBlur(source: Float32Array, width: number, height: number, radius: number): Float32Array {
  const across = new Float32Array(source.length);
  const result = new Float32Array(source.length);
  for (let y = 0; y < height; y++) slide(source, across, y * width, 1, width, radius);
  for (let x = 0; x < width; x++) slide(across, result, x, width, height, radius);
  return result;
}

/** Three box blurs: a Gaussian of about `radius` pixels' standard deviation to the eye. */
export function softBlur(source: Float32Array, width: number, height: number, radius: number): Float32Array {
  const whole = Math.max(1, Math.round(radius));
  let result = boxBlur(source, width, height, whole);
  result = boxBlur(result, width, height, whole);
  return boxBlur(result, width, height, whole);
}

/** Area-weighted shrinking, or bilinear enlarging, of a plane to another size. */
export function resample(
  source: Float32Array,
  width: number,
  height: number,
  toWidth: number,
  toHeight: number,
): Float32Array {
  const across = resampleRows(source, width, height, toWidth);
  const turned = transpose(across, toWidth, height);
  return transpose(resampleRows(turned, height, toWidth, toHeight), toHeight, toWidth);
}

/** Value between pixels; `x` and `y` count from the centre of the first pixel and are clamped. */
export function bilinear(plane: Float32Array, width: number, height: number, x: number, y: number): number {
  const cx = Math.min(Math.max(x, 0), width - 1);
  const cy = Math.min(Math.max(y, 0), height - 1);
  const x0 = Math.min(Math.floor(cx), Math.max(width - 2, 0));
  const y0 = Math.min(Math.floor(cy), Math.max(height - 2, 0));
  const x1 = Math.min(x0 + 1, width - 1);
  const y1 = Math.min(y0 + 1, height - 1);
  const fx = cx - x0;
  const fy = cy - y0;
  const top = plane[y0 * width + x0]! * (1 - fx) + plane[y0 * width + x1]! * fx;
  const bottom = plane[y1 * width + x0]! * (1 - fx) + plane[y1 * width + x1]! * fx;
  return top * (1 - fy) + bottom * fy;
}

function slide(
  source: Float32Array,
  target: Float32Array,
  offset: number,
  step: number,
  length: number,
  radius: number,
): void {
  let sum = 0;
  let count = 0;
  for (let i = 0; i < Math.min(radius, length); i++) {
    sum += source[offset + i * step]!;
    count++;
  }
  for (let i = 0; i < length; i++) {
    if (i + radius < length) {
      sum += source[offset + (i + radius) * step]!;
      count++;
    }
    if (i - radius - 1 >= 0) {
      sum -= source[offset + (i - radius - 1) * step]!;
      count--;
    }
    target[offset + i * step] = sum / count;
  }
}

function resampleRows(source: Float32Array, width: number, height: number, toWidth: number): Float32Array {
  const result = new Float32Array(toWidth * height);
  const ratio = width / toWidth;
  for (let x = 0; x < toWidth; x++) {
    // A tent at least one source pixel wide: area averaging when shrinking, linear when enlarging.
    const centre = (x + 0.5) * ratio - 0.5;
    const reach = Math.max(ratio, 1);
    const first = Math.max(0, Math.ceil(centre - reach));
    const last = Math.min(width - 1, Math.floor(centre + reach));
    let total = 0;
    for (let s = first; s <= last; s++) total += 1 - Math.abs(s - centre) / reach;
    for (let s = first; s <= last; s++) {
      const weight = (1 - Math.abs(s - centre) / reach) / total;
      if (weight === 0) continue;
      for (let y = 0; y < height; y++) result[y * toWidth + x]! += weight * source[y * width + s]!;
    }
  }
  return result;
}

function transpose(source: Float32Array, width: number, height: number): Float32Array {
  const result = new Float32Array(source.length);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) result[x * height + y] = source[y * width + x]!;
  return result;
}
