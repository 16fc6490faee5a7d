import { convolve, rectify } from './convolution.ts';
import type { Layer, Planes } from './convolution.ts';
import type { LayerShape } from './weights-file.ts';

/** Side of the square picture that the network sees, and of its answer. */
export const inputSide = 128;
export const outputSide = 64;

const [a, b, c, d] = [16, 32, 64, 128] as const;
const conv = (inputs: number, outputs: number, kernel: 1 | 3 = 3): LayerShape => ({ inputs, outputs, kernel });

/** The layers of `scripts/train/network.py`, in the order of its `layers()`. */
export const layerShapes: readonly LayerShape[] = [
  conv(4, a),
  conv(a, b),
  conv(b, b),
  conv(b, c),
  conv(c, c),
  conv(c, c),
  conv(c, d),
  conv(d, d),
  conv(d, d),
  conv(d, d, 1),
  conv(d, d),
  conv(d, c, 1),
  conv(c, c),
  conv(c, b, 1),
  conv(b, b),
  conv(b, a, 1),
  conv(a, a),
  conv(a, 1),
];

/** Logits of 64 × 64 from four planes of 128 × 128: a U-Net that halves the picture four times, and comes back. */
export function runNetwork(input: Planes, layers: readonly Layer[]): Float64Array {
  const queue = layers.values();
  const next = (): Layer => queue.next().value!;
  const down = (planes: Planes): Planes => convolve(planes, next(), 2, true);
  const same = (planes: Planes): Planes => convolve(planes, next(), 1, true);
  const residual = (planes: Planes): Planes => {
    const inner = same(planes);
    return addRectified(convolve(inner, next(), 1, false), planes);
  };
  const up = (planes: Planes, beside: Planes): Planes =>
    same(addRectified(doubled(convolve(planes, next(), 1, false)), beside));

  const half = down(input);
  const quarter = same(down(half));
  const eighth = residual(down(quarter));
  const sixteenth = same(withOverall(residual(down(eighth)), next()));
  const answer = up(up(up(sixteenth, eighth), quarter), half);
  return convolve(answer, next(), 1, false).data;
}

function addRectified(planes: Planes, other: Planes): Planes {
  for (let i = 0; i < planes.data.length; i++) planes.data[i]! += other.data[i]!;
  rectify(planes.data);
  return planes;
}

/** Adds to every pixel what follows from the mean of all of them. */
function withOverall(planes: Planes, layer: Layer): Planes {
  const { channels, data } = planes;
  const mean = new Float64Array(channels);
  for (let i = 0; i < data.length; i++) mean[i % channels]! += data[i]!;
  for (let k = 0; k < channels; k++) mean[k]! /= data.length / channels;
  for (let o = 0; o < layer.outputs; o++) {
    let sum = layer.bias[o]!;
    for (let k = 0; k < channels; k++) sum += mean[k]! * layer.weights[o * channels + k]!;
    for (let i = o; i < data.length; i += channels) data[i]! += sum;
  }
  rectify(data);
  return planes;
}

/** Every pixel becomes two by two. */
function doubled({ side, channels, data }: Planes): Planes {
  const result = new Float64Array(4 * data.length);
  for (let y = 0; y < 2 * side; y++) {
    for (let x = 0; x < 2 * side; x++) {
      const from = ((y >> 1) * side + (x >> 1)) * channels;
      result.set(data.subarray(from, from + channels), (y * 2 * side + x) * channels);
    }
  }
  return { side: 2 * side, channels, data: result };
}
