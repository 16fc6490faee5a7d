import type { Picture } from '../image/picture.ts';

/** Share of transparent pixels from which a picture counts as a cut-out. */
const minTransparent = 0.005;
/** How much more opaque the object is than what surrounds it, of 255. */
const minDifference = 40;
/** An object whose pixels are as opaque as this on average is not made of glass. */
const opaque = 200;

/**
 * The coverage of a cut-out, one half where object and surroundings divide: that is at an alpha of one half unless the
 * object itself is translucent. Undefined where the alpha channel hides nothing, such as the same alpha everywhere.
 */
export function alphaCoverage({ alpha }: Picture): Float32Array | undefined {
  if (!alpha) return undefined;
  const { limit, below, above, share } = divide(alpha);
  if (share < minTransparent || above - below < minDifference) return undefined;
  const half = above >= opaque ? 127.5 : limit;
  const levels = Float32Array.from({ length: 256 }, (_, a) => Math.min(a / (2 * half), 1));
  const coverage = new Float32Array(alpha.length);
  for (let i = 0; i < coverage.length; i++) coverage[i] = levels[alpha[i]!]!;
  return coverage;
}

/** Otsu's threshold: the two groups' means lie furthest apart. `share` of the pixels lies below it. */
function divide(alpha: Uint8Array): { limit: number; below: number; above: number; share: number } {
  const bins = new Float64Array(256);
  // Not `for … of`: its iterator takes ten times as long.
  for (let i = 0; i < alpha.length; i++) bins[alpha[i]!]!++;
  const total = bins.reduce((sum, count, value) => sum + count * value, 0);
  let best = { limit: 0, below: 0, above: 0, share: 0 };
  let most = -1;
  let [count, sum] = [0, 0];
  for (let value = 0; value < 255; value++) {
    count += bins[value]!;
    sum += value * bins[value]!;
    const rest = alpha.length - count;
    if (count === 0 || rest === 0) continue;
    const [below, above] = [sum / count, (total - sum) / rest];
    const between = count * rest * (above - below) ** 2;
    if (between <= most) continue;
    most = between;
    // Where nothing lies between the groups, halfway between them.
    best = { limit: Math.max((value + nextUsed(bins, value)) / 2, 1), below, above, share: count / alpha.length };
  }
  return best;
}

function nextUsed(bins: Float64Array, value: number): number {
  let next = value + 1;
  while (next < 255 && bins[next] === 0) next++;
  return next;
}
