/** Area-weighted shrinking, or bilinear enlarging, of a plane to another size. */
export function resample(
  source: Float32Array,
  width: number,
  height: number,
  toWidth: number,
  toHeight: number,
): Float32Array {
  const across = new Float32Array(toWidth * height);
  acrossRows(source, across, width, height, tentsFor(width, toWidth));
  const result = new Float32Array(toWidth * toHeight);
  downColumns(across, result, toWidth, tentsFor(height, toHeight));
  return result;
}

/** Area-averaged shrinking of a picture of three bytes per pixel. */
export function shrinkRgb(
  rgb: Uint8Array,
  width: number,
  height: number,
  toWidth: number,
  toHeight: number,
): Uint8Array {
  const across = new Float32Array(3 * toWidth * height);
  acrossRgb(rgb, across, width, height, tentsFor(width, toWidth));
  const small = new Float32Array(3 * toWidth * toHeight);
  downColumns(across, small, 3 * toWidth, tentsFor(height, toHeight));
  const result = new Uint8Array(small.length);
  for (let i = 0; i < result.length; i++) result[i] = small[i]! + 0.5;
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

/** For each pixel of the result: the first one of the source that counts, how many do, and their weights. */
interface Tents {
  firsts: Int32Array;
  counts: Int32Array;
  /** `stride` for each pixel of the result. */
  weights: Float32Array;
  stride: number;
}

/** A tent at least one source pixel wide: area averaging when shrinking, linear when enlarging. */
function tentsFor(length: number, toLength: number): Tents {
  const ratio = length / toLength;
  const reach = Math.max(ratio, 1);
  const stride = Math.floor(2 * reach) + 1;
  const firsts = new Int32Array(toLength);
  const counts = new Int32Array(toLength);
  const weights = new Float32Array(toLength * stride);
  for (let to = 0; to < toLength; to++) {
    const centre = (to + 0.5) * ratio - 0.5;
    const first = Math.max(0, Math.ceil(centre - reach));
    const last = Math.min(length - 1, Math.floor(centre + reach));
    let total = 0;
    for (let s = first; s <= last; s++) total += 1 - Math.abs(s - centre) / reach;
    for (let s = first; s <= last; s++) weights[to * stride + s - first] = (1 - Math.abs(s - centre) / reach) / total;
    firsts[to] = first;
    counts[to] = last - first + 1;
  }
  return { firsts, counts, weights, stride };
}

function acrossRows(source: Float32Array, result: Float32Array, width: number, height: number, tents: Tents): void {
  const { firsts, counts, weights, stride } = tents;
  const toWidth = firsts.length;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < toWidth; x++) {
      const from = y * width + firsts[x]!;
      const count = counts[x]!;
      let sum = 0;
      for (let k = 0; k < count; k++) sum += weights[x * stride + k]! * source[from + k]!;
      result[y * toWidth + x] = sum;
    }
  }
}

function acrossRgb(rgb: Uint8Array, result: Float32Array, width: number, height: number, tents: Tents): void {
  const { firsts, counts, weights, stride } = tents;
  const toWidth = firsts.length;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < toWidth; x++) {
      let at = 3 * (y * width + firsts[x]!);
      const [first, last] = [x * stride, x * stride + counts[x]!];
      let [red, green, blue] = [0, 0, 0];
      for (let k = first; k < last; k++, at += 3) {
        const weight = weights[k]!;
        red += weight * rgb[at]!;
        green += weight * rgb[at + 1]!;
        blue += weight * rgb[at + 2]!;
      }
      const to = 3 * (y * toWidth + x);
      result[to] = red;
      result[to + 1] = green;
      result[to + 2] = blue;
    }
  }
}

function downColumns(source: Float32Array, result: Float32Array, width: number, tents: Tents): void {
  const { firsts, counts, weights, stride } = tents;
  for (let y = 0; y < firsts.length; y++) {
    const [first, last] = [y * stride, y * stride + counts[y]!];
    const from = firsts[y]! * width;
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let k = first, at = from + x; k < last; k++, at += width) sum += weights[k]! * source[at]!;
      result[y * width + x] = sum;
    }
  }
}
