/** Milliseconds after which something is drawn without a frame: a hidden page gets none. */
const withoutFrameMs = 250;

/** Milliseconds of rest after a drawing: with the frame that follows, ten drawings a second. */
const restMs = 90;

/** The longest rest, if drawing takes long: what is shown is never older than this and a frame. */
const maxRestMs = 250;

/** The rest as a multiple of the time that drawing took, so that a slow machine has time for more than this page's bars. */
const restShare = 3;

/** Drawings within a second that count as `often`. */
const drawingsForOften = 3;

/**
 * Draws with the next frame, once however often it is requested, ten times a second at most, and less often if drawing
 * takes long. Otherwise a hundred files that report ten times a second would change the page in every frame, and each
 * changed frame costs style, layout, paint and, without a GPU, all pixels of the window.
 *
 * `draw` gets whether it draws `often` just now, so that transitions would never come to rest. Returns how to request a
 * drawing and how to cancel it.
 */
export function onceAFrame(draw: (often: boolean) => void): { ask(): void; cancel(): void } {
  let frame: number | undefined;
  let rest: ReturnType<typeof setTimeout> | undefined;
  let latest: ReturnType<typeof setTimeout> | undefined;
  /** The times of drawing, oldest first; at most `drawingsForOften`. */
  const drawnAt: number[] = [];
  /** Milliseconds from the last drawing to the frame after it, and the id of that frame until it comes. */
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
    if (drawnAt.length > drawingsForOften) drawnAt.shift();
    const [first = 0] = drawnAt;
    draw(drawnAt.length === drawingsForOften && began - first < 1000);
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
