import { boxBlur } from '../plane.ts';
import { costs, fitColours } from './colour-model.ts';

const rounds = 4;
const iterations = 70;
/** What an edge between object and ground costs, against one unit of log likelihood a pixel. */
const edgeWeight = 5;

/**
 * Cuts a small picture in two, starting from a guess: colours of both sides are learned, then the cheapest boundary
 * between them is found (total variation, by Chambolle and Pock's primal-dual steps), and again.
 * @param seed 0 to 1: where the object is thought to be.
 * @param possible 0 where the object cannot be.
 * @returns 0 to 1 for each pixel; undefined where one side vanishes.
 */
export function cutInTwo(
  lab: Float32Array,
  width: number,
  height: number,
  seed: Float32Array,
  possible?: Float32Array,
): Float32Array | undefined {
  const { across, down } = edgeCosts(lab, width, height);
  let object: Float32Array = seed.slice();
  for (let round = 0; round < rounds; round++) {
    const ground = object.map((v) => 1 - v);
    const objectModel = fitColours(lab, object);
    const groundModel = fitColours(lab, ground);
    if (!objectModel || !groundModel) return undefined;
    const asObject = costs(objectModel, lab);
    const asGround = costs(groundModel, lab);
    const data = new Float32Array(object.length);
    for (let i = 0; i < data.length; i++) {
      const evidence = Math.min(Math.max(asObject[i]! - asGround[i]!, -8), 8);
      // A little of the guess stays, so that ground in the object's colours far away from it is not taken.
      data[i] = evidence + 1.6 * (0.5 - seed[i]!);
      if (possible && possible[i] === 0) data[i] = 30;
    }
    object = minimise(data, across, down, width, height, object);
  }
  return object;
}

/** Cheaper where neighbouring colours differ. */
function edgeCosts(lab: Float32Array, width: number, height: number) {
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
  for (let i = 0; i < across.length; i++) {
    across[i] = edgeWeight * (0.05 + 0.95 * Math.exp(-scale * across[i]!));
    down[i] = edgeWeight * (0.05 + 0.95 * Math.exp(-scale * down[i]!));
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

/** min over u in [0, 1] of Σ data·u + Σ weight·|∇u|, from a warm start. */
function minimise(
  data: Float32Array,
  across: Float32Array,
  down: Float32Array,
  width: number,
  height: number,
  start: Float32Array,
): Float32Array {
  const u = start.slice();
  const lead = start.slice();
  const px = new Float32Array(u.length);
  const py = new Float32Array(u.length);
  const step = 0.35;
  for (let iteration = 0; iteration < iterations; iteration++) {
    for (let y = 0; y < height; y++) {
      const lastRow = y === height - 1;
      for (let x = 0; x < width; x++) {
        const i = y * width + x;
        if (x < width - 1) {
          const p = px[i]! + step * (lead[i + 1]! - lead[i]!);
          const most = across[i]!;
          px[i] = p > most ? most : p < -most ? -most : p;
        }
        if (!lastRow) {
          const p = py[i]! + step * (lead[i + width]! - lead[i]!);
          const most = down[i]!;
          py[i] = p > most ? most : p < -most ? -most : p;
        }
      }
    }
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const i = y * width + x;
        const divergence = px[i]! - (x > 0 ? px[i - 1]! : 0) + py[i]! - (y > 0 ? py[i - width]! : 0);
        const before = u[i]!;
        const next = before + step * (divergence - data[i]!);
        const clipped = next < 0 ? 0 : next > 1 ? 1 : next;
        u[i] = clipped;
        lead[i] = 2 * clipped - before;
      }
    }
  }
  return u;
}

/** Guided filter: gives a coarse cut the edges of the picture's lightness (0 to 100). */
export function followEdges(
  cut: Float32Array,
  lightness: Float32Array,
  width: number,
  height: number,
  radius: number,
): Float32Array {
  const blur = (plane: Float32Array): Float32Array => boxBlur(plane, width, height, radius);
  const guide = lightness.map((l) => l / 100);
  const meanGuide = blur(guide);
  const meanCut = blur(cut);
  const both = blur(guide.map((g, i) => g * cut[i]!));
  const square = blur(guide.map((g) => g * g));
  const slope = new Float32Array(cut.length);
  const offset = new Float32Array(cut.length);
  for (let i = 0; i < cut.length; i++) {
    const variance = square[i]! - meanGuide[i]! ** 2;
    slope[i] = (both[i]! - meanGuide[i]! * meanCut[i]!) / (variance + 4e-4);
    offset[i] = meanCut[i]! - slope[i]! * meanGuide[i]!;
  }
  const meanSlope = blur(slope);
  const meanOffset = blur(offset);
  return guide.map((g, i) => Math.min(Math.max(meanSlope[i]! * g + meanOffset[i]!, 0), 1));
}
