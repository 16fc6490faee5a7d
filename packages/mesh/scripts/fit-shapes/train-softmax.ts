/** Something with a known kind, as numbers. */
export interface Example {
  inputs: readonly number[];
  /** How wrong each answer would be, 0 to 1. */
  costs: readonly number[];
  weight: number;
}

export interface Training {
  steps: number;
  rate: number;
  /** How strongly large weights are held back. */
  decay: number;
}

/** What an answer of some cost is worth where the best costs nothing. */
const worthOf = (cost: number): number => Math.exp(-cost / 0.12);
/** How much the expected cost counts, beside the likelihood of good answers. */
const costShare = 3;

/**
 * Fits a softmax regression whose answers are to be likely where they cost little. Inputs are brought to a common scale
 * first, and the weights back to the scale of the inputs; the first input has to be 1 everywhere. By Adam, over all
 * examples in each step, so that it comes out the same each time.
 */
export function trainSoftmax(examples: readonly Example[], { steps, rate, decay }: Training): number[][] {
  const count = examples[0]!.inputs.length;
  const answers = examples[0]!.costs.length;
  const { means, scales } = scaleOf(examples, count);
  const rows = examples.map(({ inputs }) => inputs.map((v, k) => (k === 0 ? 1 : (v - means[k]!) / scales[k]!)));
  const size = count * answers;
  const weights = new Float64Array(size);
  const [first, second] = [new Float64Array(size), new Float64Array(size)];
  const total = examples.reduce((sum, { weight }) => sum + weight, 0);
  for (let step = 1; step <= steps; step++) {
    const slopes = weights.map((w, at) => (at < answers ? 0 : decay * w));
    for (const [n, row] of rows.entries()) addSlopes(slopes, weights, row, examples[n]!, examples[n]!.weight / total);
    const now = rate * (1 - (step - 1) / steps);
    for (let at = 0; at < size; at++) {
      first[at] = 0.9 * first[at]! + 0.1 * slopes[at]!;
      second[at] = 0.99 * second[at]! + 0.01 * slopes[at]! ** 2;
      const mean = first[at]! / (1 - 0.9 ** step);
      weights[at]! -= (now * mean) / (Math.sqrt(second[at]! / (1 - 0.99 ** step)) + 1e-8);
    }
  }
  const result = Array.from({ length: count }, (_, k) =>
    Array.from({ length: answers }, (_unused, a) => weights[k * answers + a]! / (k === 0 ? 1 : scales[k]!)),
  );
  for (let k = 1; k < count; k++) for (let a = 0; a < answers; a++) result[0]![a]! -= means[k]! * result[k]![a]!;
  return result;
}

function scaleOf(examples: readonly Example[], count: number): { means: number[]; scales: number[] } {
  const means = Array.from(
    { length: count },
    (_, k) => examples.reduce((sum, { inputs }) => sum + inputs[k]!, 0) / examples.length,
  );
  const scales = means.map((mean, k) =>
    Math.max(
      Math.sqrt(examples.reduce((sum, { inputs }) => sum + (inputs[k]! - mean) ** 2, 0) / examples.length),
      1e-3,
    ),
  );
  return { means, scales };
}

/** The slope of −log Σ p·worth + share · Σ p·cost. */
function addSlopes(
  slopes: Float64Array,
  weights: Float64Array,
  row: readonly number[],
  { costs }: Example,
  weight: number,
): void {
  const answers = costs.length;
  const sums = costs.map((_, a) => row.reduce((sum, v, k) => sum + v * weights[k * answers + a]!, 0));
  const most = Math.max(...sums);
  const powers = sums.map((sum) => Math.exp(sum - most));
  const all = powers.reduce((sum, power) => sum + power, 0);
  const likely = powers.map((power) => power / all);
  const worth = likely.reduce((sum, p, a) => sum + p * worthOf(costs[a]!), 0);
  const cost = likely.reduce((sum, p, a) => sum + p * costs[a]!, 0);
  for (let a = 0; a < answers; a++) {
    const p = likely[a]!;
    const slope = weight * (p - (p * worthOf(costs[a]!)) / worth + costShare * p * (costs[a]! - cost));
    for (let k = 0; k < row.length; k++) slopes[k * answers + a]! += slope * row[k]!;
  }
}
