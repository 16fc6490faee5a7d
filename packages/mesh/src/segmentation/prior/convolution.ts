/** Planes of a picture, interleaved: all channels of a pixel, then the next pixel. */
export interface Planes {
  side: number;
  channels: number;
  data: Float64Array;
}

/** One layer: `outputs` filters, each `kernel` rows of `kernel` pixels of `inputs` channels. */
export interface Layer {
  inputs: number;
  outputs: number;
  kernel: 1 | 3;
  weights: Float64Array;
  bias: Float64Array;
}

/**
 * A convolution with zeros around the picture. Sums run in a fixed order in double precision, so every machine gets the
 * same bits.
 */
export function convolve(input: Planes, layer: Layer, stride: 1 | 2, relu: boolean): Planes {
  const padded = layer.kernel === 3 ? pad(input) : input;
  const side = input.side / stride;
  const output: Planes = { side, channels: layer.outputs, data: new Float64Array(side * side * layer.outputs) };
  const blocks = layer.outputs - (layer.outputs % 4);
  for (let o = 0; o < blocks; o += 4) convolveFour(padded, layer, stride, output, o);
  for (let o = blocks; o < layer.outputs; o++) convolveOne(padded, layer, stride, output, o);
  if (relu) rectify(output.data);
  return output;
}

/** Negative values become 0. */
export function rectify(data: Float64Array): void {
  for (let i = 0; i < data.length; i++) if (data[i]! < 0) data[i] = 0;
}

function pad({ side, channels, data }: Planes): Planes {
  const padded = new Float64Array((side + 2) * (side + 2) * channels);
  const row = side * channels;
  for (let y = 0; y < side; y++) {
    padded.set(data.subarray(y * row, (y + 1) * row), ((y + 1) * (side + 2) + 1) * channels);
  }
  return { side: side + 2, channels, data: padded };
}

/**
 * Four filters at two pixels at once: eight sums for six reads. This is three times as fast as one by one. The sides of
 * all planes are even.
 */
function convolveFour(input: Planes, layer: Layer, stride: number, output: Planes, o: number): void {
  const { data } = input;
  const { data: result } = output;
  const { weights, bias, kernel } = layer;
  const run = kernel * layer.inputs;
  const size = kernel * run;
  const [rowStep, pixelStep] = [input.side * input.channels, stride * input.channels];
  for (let y = 0; y < output.side; y++) {
    for (let x = 0; x < output.side; x += 2) {
      const start = y * stride * rowStep + x * pixelStep;
      let a0 = bias[o]!;
      let a1 = bias[o + 1]!;
      let a2 = bias[o + 2]!;
      let a3 = bias[o + 3]!;
      let b0 = a0;
      let b1 = a1;
      let b2 = a2;
      let b3 = a3;
      for (let row = 0; row < kernel; row++) {
        let at = start + row * rowStep;
        let w = o * size + row * run;
        for (const end = at + run; at < end; at++, w++) {
          const a = data[at]!;
          const b = data[at + pixelStep]!;
          const w0 = weights[w]!;
          const w1 = weights[w + size]!;
          const w2 = weights[w + 2 * size]!;
          const w3 = weights[w + 3 * size]!;
          a0 += a * w0;
          a1 += a * w1;
          a2 += a * w2;
          a3 += a * w3;
          b0 += b * w0;
          b1 += b * w1;
          b2 += b * w2;
          b3 += b * w3;
        }
      }
      const to = (y * output.side + x) * output.channels + o;
      const beside = to + output.channels;
      result[to] = a0;
      result[to + 1] = a1;
      result[to + 2] = a2;
      result[to + 3] = a3;
      result[beside] = b0;
      result[beside + 1] = b1;
      result[beside + 2] = b2;
      result[beside + 3] = b3;
    }
  }
}

function convolveOne(input: Planes, layer: Layer, stride: number, output: Planes, o: number): void {
  const { weights, kernel } = layer;
  const run = kernel * layer.inputs;
  const rowStep = input.side * input.channels;
  for (let y = 0; y < output.side; y++) {
    for (let x = 0; x < output.side; x++) {
      let sum = layer.bias[o]!;
      for (let row = 0; row < kernel; row++) {
        const at = (y * stride + row) * rowStep + x * stride * input.channels;
        const w = (o * kernel + row) * run;
        for (let k = 0; k < run; k++) sum += input.data[at + k]! * weights[w + k]!;
      }
      output.data[(y * output.side + x) * output.channels + o] = sum;
    }
  }
}
