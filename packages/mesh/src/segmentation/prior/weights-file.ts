import type { Layer } from './convolution.ts';

/** What each layer of the network must look like, in the order of the file. */
export interface LayerShape {
  inputs: number;
  outputs: number;
  kernel: 1 | 3;
}

const magic = 'I2MPRI01';
const headerBytes = 12;

/**
 * Reads a file that `scripts/train/export.py` wrote. Little-endian: the magic, a checksum (FNV-1a, 32 bits) of all
 * that follows, then for each layer its outputs, inputs and kernel (16 bits each), a scale and a bias for each output
 * (float32), and the weights (int8; output, row, column, input).
 * @throws Error where the file is damaged or holds another network.
 */
export function readWeights(bytes: Uint8Array, shapes: readonly LayerShape[]): Layer[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const name = String.fromCodePoint(...bytes.subarray(0, magic.length));
  if (bytes.length < headerBytes || name !== magic) throw new Error('This is not a file of weights for the prior.');
  if (view.getUint32(magic.length, true) !== checksum(bytes.subarray(headerBytes))) {
    throw new Error('The weights of the prior are damaged: the checksum does not match.');
  }
  const layers: Layer[] = [];
  let at = headerBytes;
  for (const shape of shapes) {
    const { inputs, outputs, kernel } = shape;
    const count = outputs * inputs * kernel * kernel;
    const end = at + 6 + 8 * outputs + count;
    const found = end <= bytes.length ? [0, 2, 4].map((offset) => view.getUint16(at + offset, true)) : [];
    if (found[0] !== outputs || found[1] !== inputs || found[2] !== kernel) throw otherNetwork();
    layers.push(readLayer(view, at + 6, shape, count));
    at = end;
  }
  if (at !== bytes.length) throw otherNetwork();
  return layers;
}

function readLayer(view: DataView, start: number, { inputs, outputs, kernel }: LayerShape, count: number): Layer {
  const weights = new Float64Array(count);
  const bias = new Float64Array(outputs);
  const size = count / outputs;
  const first = start + 8 * outputs;
  for (let o = 0; o < outputs; o++) {
    const scale = view.getFloat32(start + 4 * o, true);
    bias[o] = view.getFloat32(start + 4 * (outputs + o), true);
    for (let i = o * size; i < (o + 1) * size; i++) weights[i] = view.getInt8(first + i) * scale;
  }
  return { inputs, outputs, kernel, weights, bias };
}

function otherNetwork(): Error {
  return new Error('The weights belong to another version of the prior. Make them again with scripts/train.');
}

function checksum(bytes: Uint8Array): number {
  let hash = 0x811c_9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x0100_0193);
  return hash >>> 0;
}
