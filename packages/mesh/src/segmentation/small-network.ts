/** One hidden layer with tanh, one output with the logistic function. */
export interface SmallNetwork {
  /** A row for each hidden unit: the weights of the inputs, then the constant. */
  hidden: readonly (readonly number[])[];
  /** The weights of the hidden units, then the constant. */
  output: readonly number[];
}

/** 0 to 1 for `count` numbers that begin at `from`. */
export function evaluateNetwork({ hidden, output }: SmallNetwork, inputs: ArrayLike<number>, from = 0): number {
  let sum = output[hidden.length]!;
  for (let unit = 0; unit < hidden.length; unit++) {
    const weights = hidden[unit]!;
    const count = weights.length - 1;
    let value = weights[count]!;
    for (let k = 0; k < count; k++) value += weights[k]! * inputs[from + k]!;
    sum += output[unit]! * Math.tanh(value);
  }
  return 1 / (1 + Math.exp(-sum));
}
