import { expect, test } from 'vitest';
import { tapOutside } from './tap-outside.ts';

const [inside, beside] = [
  { clientX: 50, clientY: 50 },
  { clientX: 5, clientY: 50 },
];

/** A dialog from 10 to 90 on both axes, and the taps that it was told of. */
function setUp() {
  const box = { left: 10, right: 90, top: 10, bottom: 90 };
  const dialog = Object.assign(new EventTarget(), { getBoundingClientRect: () => box }) as unknown as HTMLElement;
  const taps: true[] = [];
  const stop = tapOutside(() => taps.push(true))(dialog);
  const at = (type: string, point: object) => dialog.dispatchEvent(Object.assign(new Event(type), point));
  const tap = (from: object, to: object) => [at('pointerdown', from), at('click', to)];
  return { taps, tap, at, stop };
}

test('a tap beside a dialog counts, if it begins and ends there', () => {
  const { taps, tap, at, stop } = setUp();
  tap(inside, inside);
  tap(inside, beside);
  tap(beside, inside);
  // As a key makes one.
  at('click', beside);
  expect(taps).toHaveLength(0);
  tap(beside, beside);
  expect(taps).toHaveLength(1);
  stop?.();
  tap(beside, beside);
  expect(taps).toHaveLength(1);
});
