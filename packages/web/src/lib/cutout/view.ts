import type { Size } from '../services/measure-photo.ts';

/** Where a picture is shown on its stage: a point of the picture is at `scale * x + left`, `scale * y + top`. */
export interface View {
  scale: number;
  left: number;
  top: number;
}

/** How much larger than the whole picture on its stage it can be shown. */
const maxZoom = 12;
/** Space around the whole picture, in pixels of the stage. */
const margin = 12;

/** The whole picture, in the middle of the stage. */
export function wholeView(picture: Size, stage: Size): View {
  const scale = Math.max(
    Math.min((stage.width - 2 * margin) / picture.width, (stage.height - 2 * margin) / picture.height),
    1e-3,
  );
  return {
    scale,
    left: (stage.width - scale * picture.width) / 2,
    top: (stage.height - scale * picture.height) / 2,
  };
}

/** Zoomed by a factor around a point of the stage that stays where it is. */
export function zoomed(
  view: View,
  factor: number,
  [x, y]: readonly [number, number],
  picture: Size,
  stage: Size,
): View {
  const whole = wholeView(picture, stage).scale;
  const scale = Math.min(Math.max(view.scale * factor, whole), maxZoom * whole);
  const by = scale / view.scale;
  return inSight({ scale, left: x - by * (x - view.left), top: y - by * (y - view.top) }, picture, stage);
}

export function moved(view: View, dx: number, dy: number, picture: Size, stage: Size): View {
  return inSight({ ...view, left: view.left + dx, top: view.top + dy }, picture, stage);
}

/** The point of the picture that is at this point of the stage. */
export function pictureAt({ scale, left, top }: View, [x, y]: readonly [number, number]): [number, number] {
  return [(x - left) / scale, (y - top) / scale];
}

/** Moved as little as possible, so that this point of the picture is well within the stage. */
export function showing(view: View, [x, y]: readonly [number, number], picture: Size, stage: Size): View {
  const space = Math.min(48, stage.width / 4, stage.height / 4);
  const [at, down] = [view.scale * x + view.left, view.scale * y + view.top];
  const dx = at < space ? space - at : Math.min(0, stage.width - space - at);
  const dy = down < space ? space - down : Math.min(0, stage.height - space - down);
  return moved(view, dx, dy, picture, stage);
}

/** A picture that is larger than the stage leaves no more of it free than the margin; a smaller one is in the middle. */
function inSight(view: View, picture: Size, stage: Size): View {
  return {
    scale: view.scale,
    left: along(view.left, view.scale * picture.width, stage.width),
    top: along(view.top, view.scale * picture.height, stage.height),
  };
}

/** In one direction. */
function along(at: number, length: number, room: number): number {
  if (length <= room - 2 * margin) return (room - length) / 2;
  return Math.min(Math.max(at, room - margin - length), margin);
}
