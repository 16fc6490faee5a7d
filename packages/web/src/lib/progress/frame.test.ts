import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { onceAFrame } from './frame.ts';

let frameMs = 16;
let frames = true;

beforeEach(() => {
  frames = true;
  frameMs = 16;
  vi.useFakeTimers();
  // Node has no frames; a page in sight gets sixty a second, one out of sight none.
  vi.stubGlobal('requestAnimationFrame', (draw: () => void) => (frames ? setTimeout(draw, frameMs) : -1));
  vi.stubGlobal('cancelAnimationFrame', (id: ReturnType<typeof setTimeout>) => clearTimeout(id));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** Asks once a millisecond for so long; what each drawing heard. */
function askFor(ms: number): boolean[] {
  const drawn: boolean[] = [];
  const frame = onceAFrame((often) => drawn.push(often));
  for (let at = 0; at < ms; at += 1) {
    frame.ask();
    vi.advanceTimersByTime(1);
  }
  frame.cancel();
  return drawn;
}

test('after a pause it draws once, with the next frame', () => {
  const draw = vi.fn<(often: boolean) => void>();
  const frame = onceAFrame(draw);
  frame.ask();
  frame.ask();
  vi.advanceTimersByTime(frameMs);
  expect(draw).toHaveBeenCalledExactlyOnceWith(false);
  vi.advanceTimersByTime(10_000);
  expect(draw).toHaveBeenCalledOnce();
});

test('however often it is requested, it draws ten times a second, and reports that this is often', () => {
  const drawn = askFor(5000);
  expect(drawn.length).toBeGreaterThanOrEqual(45);
  expect(drawn.length).toBeLessThanOrEqual(51);
  expect(drawn.indexOf(true)).toBe(2);
  expect(drawn.slice(2)).not.toContain(false);
});

test('if frames take long it draws less often, but continues', () => {
  frameMs = 80;
  const drawn = askFor(5000).length;
  expect(drawn).toBeGreaterThan(10);
  expect(drawn).toBeLessThan(20);
});

test('a page that gets no frames is drawn anyway', () => {
  frames = false;
  expect(askFor(2000).length).toBeGreaterThan(3);
});

test('a cancelled drawing does not happen, and can be requested again', () => {
  const draw = vi.fn<(often: boolean) => void>();
  const frame = onceAFrame(draw);
  frame.ask();
  frame.cancel();
  vi.advanceTimersByTime(1000);
  expect(draw).not.toHaveBeenCalled();
  frame.ask();
  vi.advanceTimersByTime(frameMs);
  expect(draw).toHaveBeenCalledOnce();
});
