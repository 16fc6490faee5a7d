/** Milliseconds after which something is drawn though no frame comes: a page that is not in sight gets none. */
const withoutFrameMs = 250;

/** Milliseconds of rest after a drawing: with the frame that follows, ten drawings a second. */
const restMs = 90;

/** The longest rest, where drawing takes long: what is shown is never older than this and a frame. */
const maxRestMs = 250;

/** How many times as long as a drawing took it rests, so that a slow machine has time for more than this page's bars. */
const restShare = 3;

/** Drawings within a second from which on they are `often`. */
const manyDrawings = 3;

/**
 * Draws with the next frame, once however often it is asked, and ten times a second at the most, less often where drawing
 * takes long: a hundred files that report ten times a second each would else touch the page in every frame, and each frame
 * that differs from the one before costs style, layout, paint and, without a graphics card, all pixels of the window.
 *
 * `draw` hears whether it draws `often` just now, so that a movement from one state to the next would never come to rest.
 * Returned: how to ask, and how to stop.
 */
export function onceAFrame(draw: (often: boolean) => void): { ask(): void; cancel(): void } {
  let frame: number | undefined;
  let rest: ReturnType<typeof setTimeout> | undefined;
  let latest: ReturnType<typeof setTimeout> | undefined;
  /** When it was drawn, oldest first; no more than `manyDrawings`. */
  const drawnAt: number[] = [];
  /** Milliseconds from the last drawing to the frame after it, and that frame while it has not come. */
  let tookMs = 0;
  let after: number | undefined;

  function ask(): void {
    if (latest !== undefined) return;
    const pauseMs = Math.min(maxRestMs, Math.max(restMs, restShare * tookMs));
    const waitMs = Math.max(0, (drawnAt.at(-1) ?? -Infinity) + pauseMs - performance.now());
    if (waitMs > 0) rest = setTimeout(askFrame, waitMs);
    else askFrame();
    latest = setTimeout(now, waitMs + withoutFrameMs);
  }

  function askFrame(): void {
    frame = requestAnimationFrame(now);
  }

  function now(): void {
    cancel();
    const began = performance.now();
    drawnAt.push(began);
    if (drawnAt.length > manyDrawings) drawnAt.shift();
    const [first = 0] = drawnAt;
    draw(drawnAt.length === manyDrawings && began - first < 1000);
    after = requestAnimationFrame(() => (tookMs = performance.now() - began));
  }

  function cancel(): void {
    if (frame !== undefined) cancelAnimationFrame(frame);
    if (after !== undefined) cancelAnimationFrame(after);
    clearTimeout(rest);
    clearTimeout(latest);
    frame = after = latest = undefined;
  }

  return { ask, cancel };
}
