import { beforeAll, describe, expect, it } from 'vitest';
import { draw, mug, noise } from '../../test/pictures.ts';
import { decodePreview } from '../image/decode-image.ts';
import type { Picture } from '../image/picture.ts';
import { createStrokeCutter, cutWithStrokes } from './strokes.ts';
import type { Stroke } from './stroke-pixels.ts';

const side = 320;
const bodyPath = 'M26 26 L 70 26 L 66 76 Q 48 84 30 76 Z';
const handlePath = 'M66 38 C 88 34, 88 68, 64 66';

let picture: Picture;
/** The mug without its handle, and with it, as a perfect cut would have them. */
let body: Float32Array;
let whole: Float32Array;

beforeAll(async () => {
  const shape = `<path d="${bodyPath}"/><ellipse cx="48" cy="26" rx="22" ry="5"/>`;
  const handle = `<path d="${handlePath}" fill="none" stroke="#000" stroke-width="6"/>`;
  picture = (await decodePreview(await mug(800))).picture;
  body = await maskOf(shape);
  whole = await maskOf(shape + handle);
});

describe('cutWithStrokes', () => {
  it('adds a handle that was missed by one stroke on part of it, and leaves all else as it was', () => {
    const start = body.slice();
    const cut = cutWithStrokes(picture, start, [handleStroke]);
    expect(overlapOf(cut, whole)).toBeGreaterThan(0.98);
    // The opening of the handle is still open.
    expect(at(cut, 74, 50)).toBe(0);
    expect(cut.filter((_, i) => i % side < 190)).toEqual(body.filter((_, i) => i % side < 190));
    expect(start).toEqual(body);
  });

  it('removes a shadow by one stroke, and leaves all else as it was', () => {
    const shadow = whole.map((c, i) => {
      const [x, y] = [(i % side) / 3.2, Math.floor(i / side) / 3.2];
      return ((x - 48) / 30) ** 2 + ((y - 80) / 6) ** 2 < 1 ? 1 : c;
    });
    expect(overlapOf(shadow, whole)).toBeLessThan(0.9);
    const stroke = strokeOf('remove', 5, [20, 80], [40, 85], [76, 81]);
    const cut = cutWithStrokes(picture, shadow, [stroke]);
    expect(overlapOf(cut, whole)).toBeGreaterThan(0.97);
    expect(cut.subarray(0, side * 200)).toEqual(shadow.subarray(0, side * 200));
  });

  it('keeps strokes exactly, the later over the earlier, in a picture that says nothing', async () => {
    const { picture: grey } = await decodePreview(await noise(200, 120));
    const start = new Float32Array(200 * 120);
    const keep: Stroke = { kind: 'keep', radius: 8, points: [[-20, 60], [150, 60]] }; // prettier-ignore
    const remove: Stroke = { kind: 'remove', radius: 4, points: [[60, 0], [60, 400]] }; // prettier-ignore
    const cut = cutWithStrokes(grey, start, [keep, remove]);
    for (let y = 0; y < 120; y++) expect(cut[y * 200 + 60]).toBe(0);
    for (let x = 0; x <= 150; x++) expect(cut[60 * 200 + x]).toBe(Math.abs(x + 0.5 - 60) > 4 ? 1 : 0);
    const other = cutWithStrokes(grey, start, [remove, keep]);
    for (let x = 0; x <= 150; x++) expect(other[60 * 200 + x]).toBe(1);
    expect(other[20 * 200 + 60]).toBe(0);
  });

  it('never takes anything away to keep, and never adds anything to remove', () => {
    const kept = cutWithStrokes(picture, body, [strokeOf('keep', 6, [10, 60], [90, 20])]);
    const removed = cutWithStrokes(picture, whole, [strokeOf('remove', 6, [10, 60], [90, 20])]);
    expect(kept.every((c, i) => c >= body[i]!)).toBe(true);
    expect(removed.every((c, i) => c <= whole[i]!)).toBe(true);
  });

  it('changes nothing without strokes, or where a stroke says what is there already', () => {
    expect(cutWithStrokes(picture, body, [])).toEqual(body);
    const inside = strokeOf('keep', 3, [45, 50], [50, 60]);
    expect(cutWithStrokes(picture, body, [inside])).toEqual(body);
  });

  it('finds nothing to learn in a dot, and paints it', () => {
    const dot = strokeOf('keep', 0.1, [272.5 / 3.2, 160.5 / 3.2]);
    const cut = cutWithStrokes(picture, body, [dot]);
    expect(cut.reduce((sum, c, i) => sum + (c === body[i] ? 0 : 1), 0)).toBe(1);
    expect(at(cut, 85, 50)).toBe(1);
  });
});

describe('createStrokeCutter', () => {
  it('gives the same cut after undoing a stroke as without it, and after drawing it again', () => {
    const cutter = createStrokeCutter(picture);
    const strokes = [handleStroke, strokeOf('remove', 4, [30, 30], [40, 40]), strokeOf('keep', 4, [30, 30])];
    const one = cutWithStrokes(picture, body, strokes.slice(0, 1));
    const all = cutWithStrokes(picture, body, strokes);
    expect(all).not.toEqual(one);
    expect(cutter(body, strokes)).toEqual(all);
    expect(cutter(body, strokes.slice(0, 1))).toEqual(one);
    expect(cutter(body, [])).toEqual(body);
    expect(cutter(body, structuredClone(strokes))).toEqual(all);
  });

  it('gives the same cut for a stroke that grows point by point as for all of it at once', () => {
    const cutter = createStrokeCutter(picture);
    const { points } = strokeOf('keep', 5, [82, 45], [82, 50], [82, 55]);
    for (let n = 1; n <= points.length; n++) cutter(body, [{ ...handleStroke, points: points.slice(0, n) }]);
    const grown = cutter(body, [{ ...handleStroke, points }]);
    expect(grown).toEqual(cutWithStrokes(picture, body, [{ ...handleStroke, points }]));
  });

  it('takes up another cut to start from', () => {
    const cutter = createStrokeCutter(picture);
    cutter(body, [handleStroke]);
    const blank = new Float32Array(body.length);
    expect(cutter(blank, [handleStroke])).toEqual(cutWithStrokes(picture, blank, [handleStroke]));
  });

  it('is right after more strokes than it keeps cuts of', () => {
    const cutter = createStrokeCutter(picture);
    const dots = Array.from({ length: 70 }, (_, n) => strokeOf('keep', 0.1, [5 + n, 5]));
    const all = cutter(body, dots);
    expect(cutter(body, dots.slice(0, 2))).toEqual(cutWithStrokes(picture, body, dots.slice(0, 2)));
    expect(cutter(body, dots)).toEqual(all);
  });
});

const handleStroke = strokeOf('keep', 5, [82, 45], [82, 58]);

/** A stroke in hundredths of the picture, with a radius in pixels. */
function strokeOf(kind: Stroke['kind'], radius: number, ...points: [number, number][]): Stroke {
  return { kind, radius, points: points.map(([x, y]) => [x * 3.2, y * 3.2]) };
}

async function maskOf(shape: string): Promise<Float32Array> {
  const { alpha } = (await decodePreview(await draw(side, side, `<g transform="scale(3.2)">${shape}</g>`))).picture;
  return Float32Array.from(alpha!, (a) => a / 255);
}

/** In hundredths of the picture. */
function at(cut: Float32Array, x: number, y: number): number {
  return cut[Math.floor(y * 3.2) * side + Math.floor(x * 3.2)]!;
}

function overlapOf(a: Float32Array, b: Float32Array): number {
  let [both, either] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    both += Math.min(a[i]!, b[i]!);
    either += Math.max(a[i]!, b[i]!);
  }
  return both / either;
}
