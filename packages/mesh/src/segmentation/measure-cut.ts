import { boxBlur } from '../image/blur.ts';
import { channelOf } from '../image/lab.ts';
import { findPieces } from './pieces.ts';

/** What a cut is measured against. All planes have the size of the small picture that was searched. */
export interface Evidence {
  lab: Float32Array;
  width: number;
  height: number;
  /** The probability that each pixel belongs to the object, from the cues alone, and with what was learned. */
  guess: Float32Array;
  learned: Float32Array | undefined;
  /** The other cuts by their method, where they found anything. */
  cuts: Readonly<Partial<Record<CutMethod, Float32Array>>>;
  /** How well a smooth backdrop explains the border, and its noise (ΔE). */
  backdrop: { fits: number; noise: number };
  borderFocus: number;
}

/** The ways to look for an object. */
export const cutMethods = ['backdrop', 'scene', 'rectangle', 'learned'] as const;
export type CutMethod = (typeof cutMethods)[number];

/** What says how right a cut is: numbers of about the same size. */
export function measureCut(method: CutMethod, cut: Float32Array, evidence: Evidence): number[] {
  const { lab, width, height, guess, learned, cuts, backdrop, borderFocus } = evidence;
  const { areas, largest } = findPieces(cut, width, height);
  const area = areas.reduce((a, b) => a + b, 0);
  const { length, border } = outline(cut, width, height);
  const contrast = contourContrast(cut, lab, width, height);
  const agreements = cutMethods.map((other) => (cuts[other] ? intersectionOverUnion(cut, cuts[other]) : 0));
  const others = agreements.filter((_, n) => cutMethods[n] !== method && cuts[cutMethods[n]!]);
  return [
    ...cutMethods.map((other) => (other === method ? 1 : 0)),
    ...agreements,
    others.length > 0 ? Math.max(...others) : 0,
    softOverlap(cut, guess),
    learned ? softOverlap(cut, learned) : 0,
    learned ? 1 : 0,
    sureness(guess),
    Math.log(1 + areas.length) / 2,
    area > 0 ? areas[largest]! / area : 0,
    area / cut.length,
    Math.min(length / (8 * Math.sqrt(area + 1)), 2),
    Math.min(5 * border, 2),
    Math.min(contrast.mean / 30, 2),
    contrast.weak,
    backdrop.fits - Math.min(backdrop.noise / 8, 2),
    Math.min(20 * borderFocus, 1.5),
  ];
}

/** Of two masks. */
export function intersectionOverUnion(a: Float32Array, b: Float32Array): number {
  let [both, either] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    const [inA, inB] = [a[i]! >= 0.5, b[i]! >= 0.5];
    if (inA && inB) both++;
    if (inA || inB) either++;
  }
  return both / Math.max(either, 1);
}

/** The same for a mask and probabilities. */
function softOverlap(cut: Float32Array, probability: Float32Array): number {
  let [both, either] = [0, 0];
  for (let i = 0; i < cut.length; i++) {
    const inside = cut[i]! >= 0.5 ? 1 : 0;
    both += Math.min(inside, probability[i]!);
    either += Math.max(inside, probability[i]!);
  }
  return both / Math.max(either, 1);
}

/** Of what is thought to be the object, how much is surely so. */
function sureness(guess: Float32Array): number {
  let [sure, maybe] = [0, 0];
  for (const p of guess) {
    if (p > 0.9) sure++;
    if (p > 0.1) maybe++;
  }
  return sure / Math.max(maybe, 1);
}

/** Pixels on the outline, and the share of the picture's border that is covered. */
function outline(cut: Float32Array, width: number, height: number): { length: number; border: number } {
  let [length, border] = [0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      const here = cut[i]! >= 0.5;
      if (x + 1 < width && cut[i + 1]! >= 0.5 !== here) length++;
      if (y + 1 < height && cut[i + width]! >= 0.5 !== here) length++;
      if (here && (x === 0 || y === 0 || x === width - 1 || y === height - 1)) border++;
    }
  }
  return { length, border: border / (2 * (width + height)) };
}

/** How much the colours on both sides of the outline differ (ΔE), and the share of it where they hardly do. */
function contourContrast(
  cut: Float32Array,
  lab: Float32Array,
  width: number,
  height: number,
): { mean: number; weak: number } {
  const inside = cut.map((c) => (c >= 0.5 ? 1 : 0));
  const near = boxBlur(inside, width, height, 3);
  const squares = new Float32Array(cut.length);
  for (const c of [0, 1, 2] as const) {
    const plane = channelOf(lab, c);
    const all = boxBlur(plane, width, height, 3);
    const object = boxBlur(
      plane.map((v, i) => v * inside[i]!),
      width,
      height,
      3,
    );
    for (let i = 0; i < cut.length; i++) {
      const share = near[i]!;
      if (share < 0.25 || share > 0.75) continue;
      squares[i]! += (object[i]! / share - (all[i]! - object[i]!) / (1 - share)) ** 2;
    }
  }
  let [count, sum, weak] = [0, 0, 0];
  for (let i = 0; i < cut.length; i++) {
    if (near[i]! < 0.25 || near[i]! > 0.75) continue;
    const difference = Math.sqrt(squares[i]!);
    count++;
    sum += difference;
    if (difference < 8) weak++;
  }
  return { mean: sum / Math.max(count, 1), weak: weak / Math.max(count, 1) };
}
