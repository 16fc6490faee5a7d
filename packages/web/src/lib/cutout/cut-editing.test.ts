import { createStrokeCutter, type Raster, type Stroke } from '@image2model/mesh/cut';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { CutEditing } from './cut-editing.svelte.ts';
import type { Cut, PhotoCuts } from './types.ts';

const [width, height] = [64, 48];

/** A red square on white, with nothing of it found yet, and the whole photo as the other choice. */
function photoOf(): PhotoCuts {
  const rgb = new Uint8Array(3 * width * height).fill(250);
  for (let y = 12; y < 36; y++) for (let x = 16; x < 48; x++) rgb.set([200, 30, 40], 3 * (y * width + x));
  const cut = (method: Cut['method'], score: number, value: number): Cut => {
    return { method, score, coverage: new Float32Array(width * height).fill(value), veil: new Blob() };
  };
  return { raster: { width, height, rgb }, cuts: [cut('scene', 0.4, 0), cut('relief', 0.3, 1)] };
}

/** The real cut, which waits until the test lets it go on, as a worker does. */
function setUp() {
  const photo = photoOf();
  const cutter = createStrokeCutter(photo.raster);
  const asked: number[] = [];
  let gate = Promise.resolve();
  const editing = new CutEditing(
    {
      async mend(_raster: Raster, start: Float32Array, strokes: readonly Stroke[]) {
        asked.push(strokes.at(-1)?.points.length ?? 0);
        await gate;
        return cutter(start, strokes);
      },
    },
    photo,
  );
  const hold = () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    gate = promise;
    return resolve;
  };
  return { photo, editing, asked, hold };
}

const settled = async (editing: CutEditing) => await expect.poll(() => editing.busy).toBe(false);

test('a stroke adds what it is drawn on, and undo, redo and reset lead back and forth', async () => {
  const { editing, photo } = setUp();
  expect([editing.kept, editing.canUndo]).toEqual([0, false]);
  editing.draw([20, 24], 2);
  editing.draw([44, 24], 2);
  editing.endStroke();
  await settled(editing);
  const drawn = editing.coverage;
  expect(editing.kept).toBeCloseTo((24 * 32) / (width * height), 1);
  editing.kind = 'remove';
  editing.draw([20, 24], 2);
  editing.endStroke();
  await settled(editing);
  expect(editing.coverage[24 * width + 20]).toBe(0);
  editing.undo();
  await settled(editing);
  expect(editing.coverage).toEqual(drawn);
  editing.undo();
  await settled(editing);
  expect([editing.coverage === photo.cuts[0]?.coverage, editing.canUndo, editing.canRedo]).toEqual([true, false, true]);
  editing.redo();
  await settled(editing);
  expect(editing.coverage).toEqual(drawn);
  editing.reset();
  await settled(editing);
  expect([editing.kept, editing.isDrawn]).toEqual([0, false]);
  editing.undo();
  await settled(editing);
  expect(editing.coverage).toEqual(drawn);
});

test('while one cut is worked out, only the newest state of the stroke waits for the next', async () => {
  const { editing, asked, hold } = setUp();
  const go = hold();
  for (let x = 20; x < 30; x++) editing.draw([x, 24], 2);
  editing.endStroke();
  go();
  await settled(editing);
  expect(asked).toEqual([1, 10]);
});

test('a stroke that turns out to be another gesture leaves nothing behind', async () => {
  const { editing } = setUp();
  editing.draw([20, 24], 2);
  editing.draw([30, 24], 2);
  editing.endStroke(false);
  await settled(editing);
  expect([editing.kept, editing.canUndo, editing.isDrawn]).toEqual([0, false, false]);
});

test('choosing another cut starts afresh, and can be undone with all that was drawn', async () => {
  const { editing, photo } = setUp();
  editing.draw([20, 24], 2);
  editing.endStroke();
  await settled(editing);
  const drawn = editing.coverage;
  const [, whole] = photo.cuts;
  if (!whole) throw new Error('There are two');
  editing.choose(whole);
  await settled(editing);
  expect([editing.kept, editing.isDrawn, editing.from.method]).toEqual([1, false, 'relief']);
  editing.undo();
  await settled(editing);
  expect(editing.coverage).toEqual(drawn);
});

test('what is chosen is a mask of the photo’s proportions, with what is being worked in', async () => {
  const { editing, photo, hold } = setUp();
  const whole = photo.cuts[1];
  if (whole) editing.choose(whole);
  expect(await greyOf((await editing.chosen()).mask)).toEqual(new Set([255]));
  editing.kind = 'remove';
  const go = hold();
  editing.draw([2, 2], 1);
  editing.endStroke();
  const chosen = editing.chosen();
  go();
  const { method, mask, key } = await chosen;
  expect(method).toBe('mask');
  expect(await greyOf(mask)).toContain(0);
  expect((await editing.chosen()).key).not.toBe(key);
});

async function greyOf(mask: Blob): Promise<Set<number>> {
  const png = sharp(await mask.arrayBuffer());
  expect(await png.metadata()).toMatchObject({ width, height });
  return new Set(await png.extractChannel(0).raw().toBuffer());
}
