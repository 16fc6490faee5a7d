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

/** Area-averaged shrinking of a picture of three bytes per pixel. */
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
    // Taps past the last pixel have no weight; they are moved inside so that no read is out of bounds.
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
