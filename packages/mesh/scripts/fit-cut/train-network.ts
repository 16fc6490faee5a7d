import type { SmallNetwork } from '../../src/segmentation/small-network.ts';
import { createNumbers } from '../evaluate/random.ts';

/** One thing to learn: numbers, and the answer from 0 to 1. */
export interface Example {
  inputs: ArrayLike<number>;
  answer: number;
}

export interface TrainOptions {
  units: number;
  epochs: number;
  batch: number;
  rate: number;
  /** Pulls weights towards 0. */
  decay: number;
  /** Changes the inputs of an example each time it is shown, such as by leaving one out. */
  vary?: (inputs: ArrayLike<number>, random: () => number) => ArrayLike<number>;
}

/** Adam on the cross entropy, from a fixed seed: the same examples give the same network. */
export function trainNetwork(examples: readonly Example[], options: TrainOptions): SmallNetwork {
  const { units, epochs, batch, rate, decay, vary } = options;
  const random = createNumbers(1);
  const count = examples[0]!.inputs.length;
  const row = count + 1;
  const weights = Float64Array.from({ length: units * row + units + 1 }, () => 0.6 * (random() + random() - 1));
  const output = units * row;
  const state = { mean: new Float64Array(weights.length), square: new Float64Array(weights.length), step: 0 };
  const values = new Float64Array(units);
  for (let epoch = 0; epoch < epochs; epoch++) {
    let loss = 0;
    const steps = Math.ceil(examples.length / batch);
    for (let n = 0; n < steps; n++) {
      const gradient = Float64Array.from(weights, (w) => decay * w);
      for (let k = 0; k < batch; k++) {
        const { inputs: given, answer } = examples[Math.floor(random() * examples.length)]!;
        const inputs = vary ? vary(given, random) : given;
        const probability = forward(weights, inputs, units, values);
        loss -= answer * Math.log(probability + 1e-9) + (1 - answer) * Math.log(1 - probability + 1e-9);
        const error = (probability - answer) / batch;
        gradient[output + units]! += error;
        for (let unit = 0; unit < units; unit++) {
          gradient[output + unit]! += error * values[unit]!;
          const back = error * weights[output + unit]! * (1 - values[unit]! ** 2);
          gradient[unit * row + count]! += back;
          for (let i = 0; i < count; i++) gradient[unit * row + i]! += back * inputs[i]!;
        }
      }
      adam(weights, gradient, state, rate * (1 - epoch / epochs));
    }
    if (epoch % 8 === 7) console.error(`epoch ${epoch + 1}: ${(loss / steps / batch).toFixed(4)}`);
  }
  return toNetwork(weights, units, row);
}

function forward(weights: Float64Array, inputs: ArrayLike<number>, units: number, values: Float64Array): number {
  const row = inputs.length + 1;
  const output = units * row;
  let sum = weights[output + units]!;
  for (let unit = 0; unit < units; unit++) {
    let value = weights[unit * row + inputs.length]!;
    for (let i = 0; i < inputs.length; i++) value += weights[unit * row + i]! * inputs[i]!;
    values[unit] = Math.tanh(value);
    sum += weights[output + unit]! * values[unit]!;
  }
  return 1 / (1 + Math.exp(-sum));
}

function adam(
  weights: Float64Array,
  gradient: Float64Array,
  state: { mean: Float64Array; square: Float64Array; step: number },
  rate: number,
): void {
  const step = ++state.step;
  for (let i = 0; i < weights.length; i++) {
    const g = gradient[i]!;
    state.mean[i] = 0.9 * state.mean[i]! + 0.1 * g;
    state.square[i] = 0.999 * state.square[i]! + 0.001 * g * g;
    const size = Math.sqrt(state.square[i]! / (1 - 0.999 ** step)) + 1e-8;
    weights[i]! -= (rate * state.mean[i]!) / (1 - 0.9 ** step) / size;
  }
}

function toNetwork(weights: Float64Array, units: number, row: number): SmallNetwork {
  const rounded = Array.from(weights, (w) => Number(w.toFixed(3)));
  return {
    hidden: Array.from({ length: units }, (_, unit) => rounded.slice(unit * row, (unit + 1) * row)),
    output: rounded.slice(units * row),
  };
}
