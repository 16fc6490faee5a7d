/** Three colours and a weight per pixel, in one array. */
export interface WeightedImage {
  width: number;
  height: number;
  /** Red, green, blue (0 to 255, times the weight) and the weight (0 to 1). */
  values: Float32Array;
}

/**
 * Push–pull: averages known pixels down a pyramid and fills the unknown ones from it on the way up, so that colours
 * continue past the silhouette and texture filtering meets no edge there. Changes and returns `image`; weights become 1.
 */
export function fillUnknown(image: WeightedImage): WeightedImage {
  const { width, height, values } = image;
  if (width === 1 && height === 1) {
    const weight = values[3]!;
    for (let c = 0; c < 3; c++) values[c] = weight > 0 ? values[c]! / weight : 128;
    values[3] = 1;
    return image;
  }
  const coarse = fillUnknown(halve(image));
  const known = coarse.values;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = 4 * (y * width + x);
      const missing = 1 - values[at + 3]!;
      if (missing <= 0) continue;
      // Bilinear from the coarser level: on each axis three quarters of the nearer pixel, one quarter of the farther.
      const x0 = Math.min(x >> 1, coarse.width - 1);
      const y0 = Math.min(y >> 1, coarse.height - 1);
      const x1 = Math.min(Math.max(x0 + (x & 1 ? 1 : -1), 0), coarse.width - 1);
      const y1 = Math.min(Math.max(y0 + (y & 1 ? 1 : -1), 0), coarse.height - 1);
      const near = 4 * (y0 * coarse.width + x0);
      const across = 4 * (y0 * coarse.width + x1);
      const down = 4 * (y1 * coarse.width + x0);
      const far = 4 * (y1 * coarse.width + x1);
      for (let c = 0; c < 3; c++) {
        const colour =
          0.5625 * known[near + c]! + 0.1875 * (known[across + c]! + known[down + c]!) + 0.0625 * known[far + c]!;
        values[at + c]! += missing * colour;
      }
      values[at + 3] = 1;
    }
  }
  return image;
}

function halve({ width, height, values }: WeightedImage): WeightedImage {
  const toWidth = Math.ceil(width / 2);
  const toHeight = Math.ceil(height / 2);
  const result = new Float32Array(toWidth * toHeight * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = 4 * (y * width + x);
      if (values[from + 3] === 0) continue;
      const to = 4 * ((y >> 1) * toWidth + (x >> 1));
      for (let c = 0; c < 4; c++) result[to + c]! += values[from + c]!;
    }
  }
  // One known pixel of four is enough for the colour, so the weight is capped at 1.
  for (let at = 0; at < result.length; at += 4) {
    const weight = result[at + 3]!;
    if (weight <= 1) continue;
    for (let c = 0; c < 4; c++) result[at + c]! /= weight;
  }
  return { width: toWidth, height: toHeight, values: result };
}
