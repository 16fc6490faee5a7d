/** Milliseconds after which something is drawn though no frame comes: a page that is not in sight gets none. */
const withoutFrameMs = 250;

/** Calls `draw` with the next frame, once however often it is asked. Returned: how to ask, and how to stop. */
export function onceAFrame(draw: () => void): { ask(): void; cancel(): void } {
  let frame: number | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const cancel = (): void => {
    if (frame !== undefined) cancelAnimationFrame(frame);
    clearTimeout(timer);
    frame = undefined;
  };
  const now = (): void => {
    cancel();
    draw();
  };
  return {
    ask() {
      if (frame !== undefined) return;
      frame = requestAnimationFrame(now);
      timer = setTimeout(now, withoutFrameMs);
    },
    cancel,
  };
}
