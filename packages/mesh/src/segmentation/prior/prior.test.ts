import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import expected from '../../../test/prior-expected.json' with { type: 'json' };
import { noise } from '../../../test/pictures.ts';
import { vaseOnTable } from '../../../test/vase-on-table.ts';
import { decodeImage } from '../../image/decode-image.ts';
import type { Picture } from '../../image/decode-image.ts';
import { intersectionOverUnion } from '../measure-cut.ts';
import { loadPrior } from './load-prior.ts';
import { readPrior } from './prior.ts';

const file = new Uint8Array(readFileSync(new URL('../../../weights/prior.bin', import.meta.url)));

it('answers what PyTorch answers with the same weights', () => {
  const answer = loadPrior().run(fixedPicture());
  const sampled = expected.map((row, y) => row.map((_, x) => answer[(8 * y + 4) * 128 + 8 * x + 4]!));
  const off = sampled.flatMap((row, y) => row.map((value, x) => Math.abs(value - expected[y]![x]!)));
  expect(off).toHaveLength(256);
  // Single precision there, double here.
  expect(Math.max(...off)).toBeLessThan(5e-4);
});

it('gives the same bits for the same picture, whatever it saw in between', async () => {
  const prior = readPrior(file);
  const first = prior.run(fixedPicture());
  prior.run(await decodeImage(await noise(300, 200)));
  expect(prior.run(fixedPicture())).toEqual(first);
  expect(loadPrior().run(fixedPicture())).toEqual(first);
});

it('finds a vase on a table in front of a textured wall', async () => {
  const { picture, mask } = await vaseOnTable();
  const decoded = await decodeImage(picture);
  const answer = loadPrior().run(decoded);
  expect(answer).toHaveLength(decoded.width * decoded.height);
  expect(intersectionOverUnion(answer, Float32Array.from(mask))).toBeGreaterThan(0.75);
});

it('reads weights from the middle of a larger buffer', () => {
  const larger = new Uint8Array(file.length + 7);
  larger.set(file, 5);
  const answer = readPrior(larger.subarray(5, 5 + file.length)).run(fixedPicture());
  expect(answer).toEqual(loadPrior().run(fixedPicture()));
});

it('rejects weights that are damaged, cut short, too long, or of another kind', () => {
  const changed = (at: number): Uint8Array => file.with(at, file[at]! ^ 1);
  expect(() => readPrior(new Uint8Array(0))).toThrow('not a file of weights');
  expect(() => readPrior(file.subarray(0, 11))).toThrow('not a file of weights');
  expect(() => readPrior(changed(0))).toThrow('not a file of weights');
  expect(() => readPrior(changed(9))).toThrow('damaged');
  for (const at of [12, 20, 5000, file.length - 1]) expect(() => readPrior(changed(at))).toThrow('damaged');
  expect(() => readPrior(file.subarray(0, file.length - 1))).toThrow('damaged');
});

it('rejects whole weights of another network', () => {
  for (const body of [new Uint8Array(0), file.subarray(12, 400), file.subarray(12).with(0, 17)]) {
    expect(() => readPrior(withChecksum(body))).toThrow('another version');
  }
  const longer = new Uint8Array(file.length - 11);
  longer.set(file.subarray(12));
  expect(() => readPrior(withChecksum(longer))).toThrow('another version');
  expect(() => readPrior(withChecksum(file.subarray(12)))).not.toThrow();
});

it('takes at most a megabyte', () => {
  expect(file.length).toBeLessThanOrEqual(1_000_000);
});

/** The picture of `fixed_picture` in scripts/train/export.py. */
function fixedPicture(): Picture {
  const side = 128;
  const rgb = new Uint8Array(3 * side * side);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      let colour = [120 + (y >> 1), 150 - (x >> 2), 90 + ((7 * x + 13 * y) % 11)];
      if ((x - 70) ** 2 + (y - 60) ** 2 < 34 ** 2) colour = (x + y) % 16 < 5 ? [240, 220, 30] : [200, 40, 60];
      rgb.set(colour, 3 * (y * side + x));
    }
  }
  return { width: side, height: side, rgb };
}

function withChecksum(body: Uint8Array): Uint8Array {
  let hash = 0x811c_9dc5;
  for (const byte of body) hash = Math.imul(hash ^ byte, 0x0100_0193);
  const bytes = new Uint8Array(12 + body.length);
  bytes.set(file.subarray(0, 8));
  new DataView(bytes.buffer).setUint32(8, hash, true);
  bytes.set(body, 12);
  return bytes;
}
