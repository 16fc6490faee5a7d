/** Operations on one number a pixel, rows from the top. */

/** Mean over a square window of `radius` pixels to each side, clipped at the border; running sums, any radius costs the same. */
export function boxBlur(source: Float32Array, width: number, height: number, radius: number): Float32Array {
  const result = new Float32Array(source.length);
  blurInto(source, new Float32Array(source.length), result, width, height, radius);
  return result;
}

/** Three box blurs: a Gaussian of about `radius` pixels' standard deviation to the eye. */
export function softBlur(source: Float32Array, width: number, height: number, radius: number): Float32Array {
  const whole = Math.max(1, Math.round(radius));
  const result = new Float32Array(source.length);
  const across = new Float32Array(source.length);
  for (let pass = 0; pass < 3; pass++) blurInto(pass === 0 ? source : result, across, result, width, height, whole);
  return result;
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

/** Area-averaged shrinking of a picture of three bytes a pixel. */
export function shrinkRgb(
  rgb: Uint8Array,
  width: number,
  height: number,
  toWidth: number,
  toHeight: number,
): Uint8Array {
  const plane = new Float32Array(width * height);
  const result = new Uint8Array(toWidth * toHeight * 3);
  for (let c = 0; c < 3; c++) {
    for (let i = 0; i < plane.length; i++) plane[i] = rgb[3 * i + c]!;
    const small = resample(plane, width, height, toWidth, toHeight);
    for (let i = 0; i < small.length; i++) result[3 * i + c] = small[i]! + 0.5;
  }
  return result;
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

function blurInto(
  source: Float32Array,
  across: Float32Array,
  result: Float32Array,
  width: number,
  height: number,
  radius: number,
): void {
  for (let y = 0; y < height; y++) slide(source, across, y * width, width, radius);
  // Down the columns a row at a time: walking each column by itself misses the cache at every step.
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

/** A tent at least one source pixel wide: area averaging when shrinking, linear when enlarging. */
function resampleRows(source: Float32Array, width: number, height: number, toWidth: number): Float32Array {
  const result = new Float32Array(toWidth * height);
  const ratio = width / toWidth;
  const reach = Math.max(ratio, 1);
  const taps = Math.floor(2 * reach) + 1;
  const firsts = new Int32Array(toWidth);
  const weights = new Float32Array(toWidth * taps);
  for (let x = 0; x < toWidth; x++) {
    const centre = (x + 0.5) * ratio - 0.5;
    const first = Math.max(0, Math.ceil(centre - reach));
    const last = Math.min(width - 1, Math.floor(centre + reach));
    let total = 0;
    for (let s = first; s <= last; s++) total += 1 - Math.abs(s - centre) / reach;
    for (let s = first; s <= last; s++) weights[x * taps + s - first] = (1 - Math.abs(s - centre) / reach) / total;
    // Taps past the last pixel weigh nothing; they are moved inside so that they read something.
    firsts[x] = Math.min(first, Math.max(width - taps, 0));
    const moved = first - firsts[x]!;
    if (moved > 0)
      weights.copyWithin(x * taps + moved, x * taps, x * taps + taps - moved).fill(0, x * taps, x * taps + moved);
  }
  const used = Math.min(taps, width);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < toWidth; x++) {
      const from = y * width + firsts[x]!;
      let sum = 0;
      for (let k = 0; k < used; k++) sum += weights[x * taps + k]! * source[from + k]!;
      result[y * toWidth + x] = sum;
    }
  }
  return result;
}

function transpose(source: Float32Array, width: number, height: number): Float32Array {
  const result = new Float32Array(source.length);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) result[x * height + y] = source[y * width + x]!;
  return result;
}
