import { costs, fitColours } from './colour-model.ts';

const rounds = 3;
/** Log likelihood, at most, with which the colour of one pixel speaks for a side. */
const maxEvidence = 5;
const iterations = 50;
/** Cost of an edge between object and background, against one unit of log likelihood per pixel. */
const edgeWeight = 5;

/**
 * Segments a small picture into object and background, starting from a guess that keeps some weight. Alternates between learning the colours
 * of both sides and finding the cheapest boundary between them (total variation, by Chambolle and Pock's primal-dual
 * steps).
 * @param seed 0 to 1: how probably each pixel belongs to the object.
 * @param trust How much the guess weighs against the colours: 0 not at all, 1 as much as a measured probability.
 * @param possible 0 where the object cannot be.
 * @returns 0 to 1 for each pixel; undefined where one side vanishes.
 */
export function segmentByColour(
  lab: Float32Array,
  width: number,
  height: number,
  seed: Float32Array,
  trust: number,
  possible?: Float32Array,
): Float32Array | undefined {
  const guess = seed.map((p) => trust * logOdds(p));
  const edges = edgeCosts(lab, width, height);
  const state = relaxation(seed, width);
  let object: Float32Array = seed;
  for (let round = 0; round < rounds; round++) {
    const background = object.map((v) => 1 - v);
    const objectModel = fitColours(lab, object);
    const backgroundModel = fitColours(lab, background);
    if (!objectModel || !backgroundModel) return undefined;
    const asObject = costs(objectModel, lab);
    const asBackground = costs(backgroundModel, lab);
    const data = new Float32Array(object.length);
    for (let i = 0; i < data.length; i++) {
      const evidence = Math.min(Math.max(asObject[i]! - asBackground[i]!, -maxEvidence), maxEvidence);
      data[i] = evidence - guess[i]!;
      if (possible && possible[i] === 0) data[i] = 30;
    }
    minimise(state, data, edges, width);
    object = state.u.subarray(0, seed.length);
  }
  return object.slice();
}

/** Of a probability; no guess is certain. */
export function logOdds(probability: number): number {
  const p = Math.min(Math.max(probability, 0.02), 0.98);
  return Math.log(p / (1 - p));
}

/** What a boundary costs between each pixel and its neighbours to the right and below. */
export interface EdgeCosts {
  across: Float32Array;
  down: Float32Array;
}

/** Cheaper where neighbouring colours differ. */
export function edgeCosts(lab: Float32Array, width: number, height: number): EdgeCosts {
  const across = new Float32Array(width * height);
  const down = new Float32Array(width * height);
  let total = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      if (x + 1 < width) total += across[i] = difference(lab, i, i + 1);
      if (y + 1 < height) total += down[i] = difference(lab, i, i + width);
    }
  }
  const scale = 1 / (2 * (total / (2 * width * height)) + 1e-6);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      across[i] = x + 1 < width ? edgeWeight * (0.05 + 0.95 * Math.exp(-scale * across[i]!)) : 0;
      down[i] = y + 1 < height ? edgeWeight * (0.05 + 0.95 * Math.exp(-scale * down[i]!)) : 0;
    }
  }
  return { across, down };
}

function difference(lab: Float32Array, a: number, b: number): number {
  return (
    (lab[3 * a]! - lab[3 * b]!) ** 2 +
    (lab[3 * a + 1]! - lab[3 * b + 1]!) ** 2 +
    (lab[3 * a + 2]! - lab[3 * b + 2]!) ** 2
  );
}

/** The primal and dual variables; kept between rounds, so that each continues where the last one stopped. */
export interface Relaxation {
  u: Float32Array;
  lead: Float32Array;
  /** One row above and one column to the left of the picture stay zero, so that the loops need no cases. */
  px: Float32Array;
  py: Float32Array;
}

/** The start of {@link minimise}: the guess, with no boundary yet. */
export function relaxation(start: Float32Array, width: number): Relaxation {
  const length = start.length + width + 1;
  const padded = (values: Float32Array): Float32Array => {
    const result = new Float32Array(length);
    result.set(values);
    return result;
  };
  return { u: padded(start), lead: padded(start), px: new Float32Array(length), py: new Float32Array(length) };
}

/** Pixels of a row that are stepped, or left alone, together. */
const stretch = 16;

/**
 * min over u in [0, 1] of Σ data·u + Σ weight·|∇u|: weights are 0 past the right and lower border, which closes the grid.
 * Most pixels settle within a few iterations: a stretch that changed nothing, and whose neighbours did not change, would
 * change nothing again.
 */
export function minimise(state: Relaxation, data: Float32Array, edges: EdgeCosts, width: number): void {
  const height = data.length / width;
  const across = Math.ceil(width / stretch);
  // A row and a column more, so that the last ones have neighbours too; these never change.
  const perRow = across + 1;
  const changed = new Uint8Array(perRow * (height + 1));
  for (let y = 0; y < height; y++) changed.fill(1, y * perRow, y * perRow + across);
  for (let iteration = 0; iteration < iterations; iteration++) {
    for (let y = 0; y < height; y++) {
      for (let s = 0; s < across; s++) {
        const at = y * perRow + s;
        // Those to the left and above have had this iteration, the others have not.
        const before = (s > 0 ? changed[at - 1]! : 0) | (y > 0 ? changed[at - perRow]! : 0);
        if ((before | changed[at]! | changed[at + 1]! | changed[at + perRow]!) === 0) continue;
        const start = y * width + s * stretch;
        const end = Math.min(start + stretch, (y + 1) * width);
        changed[at] = stepPixels(state, data, edges, width, start, end) ? 1 : 0;
      }
    }
  }
}

/** One iteration for some pixels of a row; whether it changed anything. */
function stepPixels(
  { u, lead, px, py }: Relaxation,
  data: Float32Array,
  { across, down }: EdgeCosts,
  width: number,
  start: number,
  end: number,
): boolean {
  const step = 0.35;
  let isChanged = false;
  let here = lead[start]!;
  let left = px[start]!;
  for (let i = start; i < end; i++) {
    const right = lead[i + 1]!;
    const oldX = px[i + 1]!;
    const maxX = across[i]!;
    const x = oldX + step * (right - here);
    const newX = Math.fround(x > maxX ? maxX : x < -maxX ? -maxX : x);
    px[i + 1] = newX;
    const oldY = py[i + width]!;
    const maxY = down[i]!;
    const y = oldY + step * (lead[i + width]! - here);
    const newY = Math.fround(y > maxY ? maxY : y < -maxY ? -maxY : y);
    py[i + width] = newY;
    // No later step of this iteration reads what is led here, so one pass does both.
    const divergence = newX - left + newY - py[i]!;
    const before = u[i]!;
    const next = before + step * (divergence - data[i]!);
    const clipped = next < 0 ? 0 : next > 1 ? 1 : next;
    u[i] = clipped;
    const led = Math.fround(2 * clipped - before);
    lead[i] = led;
    if (led !== here || newX !== oldX || newY !== oldY || Math.fround(clipped) !== before) isChanged = true;
    left = newX;
    here = right;
  }
  return isChanged;
}
