import { expect, it } from 'vitest';
import { cueCount } from './cues.ts';
import { refineCount, refineGuess, refineInputs } from './refine-guess.ts';
import { refineNetwork } from './weights.ts';

const [width, height] = [48, 32];
const inMiddle = (i: number): boolean => {
  const [x, y] = [i % width, Math.floor(i / width)];
  return x >= 14 && x < 34 && y >= 8 && y < 24;
};
const square = Float32Array.from({ length: width * height }, (_, i) => (inMiddle(i) ? 1 : 0));

function redSquare(): Float32Array {
  return Float32Array.from({ length: 3 * square.length }, (_, k) => {
    const [red, green] = [
      [50, 60, 40],
      [50, -50, 40],
    ] as const;
    return (inMiddle(Math.floor(k / 3)) ? red : green)[k % 3]! + ((k * 7919) % 5);
  });
}

function firstGuess(learned: Float32Array | undefined) {
  return {
    lab: redSquare(),
    width,
    height,
    perPixel: new Float32Array(cueCount * square.length),
    guess: square.map((v) => 0.2 + 0.6 * v),
    learned,
    scene: undefined,
    backdrop: undefined,
  };
}

it('has numbers for each pixel, as many as the network takes', () => {
  const inputs = refineInputs(firstGuess(undefined));
  expect(inputs).toHaveLength(refineCount * square.length);
  expect(inputs.every((v) => Number.isFinite(v) && Math.abs(v) < 5)).toBe(true);
  for (const weights of refineNetwork.hidden) expect(weights).toHaveLength(refineCount + 1);
});

it('finds what a cut has overlooked by the colours that the rest of it has shown', () => {
  // A corner of the square is missing, in the cut and in the guess.
  const overlooked = (i: number): boolean => inMiddle(i) && i % width > 27 && i / width > 17;
  const first = firstGuess(square.map((v, i) => (overlooked(i) ? 0 : v)));
  const refined = refineGuess({ ...first, guess: first.guess.map((g, i) => (overlooked(i) ? 0.3 : g)) });
  const mean = (isIn: (i: number) => boolean): number => {
    const some = refined.filter((_, i) => isIn(i));
    return some.reduce((a, b) => a + b, 0) / some.length;
  };
  const ground = mean((i) => !inMiddle(i));
  expect(mean(overlooked)).toBeGreaterThan(ground + 0.2);
});

it('does without cuts, and where one side has no colours', () => {
  const none = { ...firstGuess(undefined), guess: new Float32Array(square.length) };
  expect(refineGuess(none).every((p) => p >= 0 && p <= 1)).toBe(true);
});
