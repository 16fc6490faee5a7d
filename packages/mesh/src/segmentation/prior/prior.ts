import type { Picture } from '../../image/picture.ts';
import { toLab } from '../../image/lab.ts';
import { resample, shrinkRgb } from '../../image/resample.ts';
import { borderDistance } from '../saliency.ts';
import type { Layer, Planes } from './convolution.ts';
import { inputSide, layerShapes, outputSide, runNetwork } from './network.ts';
import { readWeights } from './weights-file.ts';

/** What was learned about where objects are. */
export interface Prior {
  /** The probability that each pixel of a picture belongs to the object, 0 to 1. Transparency is not looked at. */
  run(picture: Picture): Float32Array;
}

/**
 * The prior from its file of weights. It is plain code without Node or a decoder, and answers with the same bits
 * everywhere.
 * @throws Error where the file is damaged or belongs to another version.
 */
export function readPrior(bytes: Uint8Array): Prior {
  const layers = readWeights(bytes, layerShapes);
  return { run: (picture) => runPrior(picture, layers) };
}

/** The picture is stretched to a square; its outline comes back as coarse as 1/64 of its sides. */
function runPrior({ rgb, width, height }: Picture, layers: readonly Layer[]): Float32Array {
  const square = shrinkRgb(rgb, width, height, inputSide, inputSide);
  const logits = runNetwork(inputPlanes(square), layers);
  const enlarged = resample(Float32Array.from(logits), outputSide, outputSide, width, height);
  return enlarged.map((logit) => 1 / (1 + Math.exp(-logit)));
}

/** As in `scripts/train/input_planes.py`: L*a*b*, and the distance from the colours of the border. */
function inputPlanes(rgb: Uint8Array): Planes {
  const lab = toLab(rgb);
  const far = borderDistance(lab, inputSide, inputSide);
  const data = new Float64Array(4 * far.length);
  for (let i = 0; i < far.length; i++) {
    data[4 * i] = lab[3 * i]! / 50 - 1;
    data[4 * i + 1] = lab[3 * i + 1]! / 40;
    data[4 * i + 2] = lab[3 * i + 2]! / 40;
    data[4 * i + 3] = far[i]! / (far[i]! + 6);
  }
  return { side: inputSide, channels: 4, data };
}
