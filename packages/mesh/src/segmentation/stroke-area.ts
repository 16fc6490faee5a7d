/** A picture's colours. */
export interface Planes {
  /** CIE L*a*b*, three numbers per pixel. */
  lab: Float32Array;
  width: number;
  height: number;
}

/** A part of a picture. */
export interface View {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** What there is to know of each pixel before a stroke spreads. */
export interface Sides {
  /** 0 to 1: how much of it belongs to the side that grows. */
  side: Float32Array;
  /** 1 where the stroke brings it to that side. */
  seeds: Uint8Array;
  /** 1 where the other side is settled. */
  stays: Uint8Array;
}

/** The same in a part of the picture. */
export interface Area extends Sides {
  view: View;
  lab: Float32Array;
}

/** That part of the picture. */
export function areaIn({ lab, width }: Planes, view: View, { side, seeds, stays }: Sides): Area {
  const pixels = view.width * view.height;
  const area = {
    view,
    lab: new Float32Array(3 * pixels),
    side: new Float32Array(pixels),
    seeds: new Uint8Array(pixels),
    stays: new Uint8Array(pixels),
  };
  for (let y = 0; y < view.height; y++) {
    const from = (view.top + y) * width + view.left;
    const to = y * view.width;
    area.lab.set(lab.subarray(3 * from, 3 * (from + view.width)), 3 * to);
    area.side.set(side.subarray(from, from + view.width), to);
    area.seeds.set(seeds.subarray(from, from + view.width), to);
    area.stays.set(stays.subarray(from, from + view.width), to);
  }
  return area;
}

/** The part that holds all marked pixels of `inside`, and so much more to each side; undefined where none is marked. */
export function viewAround(
  isMarked: (pixel: number) => boolean,
  inside: View,
  margin: number,
  { width, height }: Planes,
): View | undefined {
  let [left, right, top, bottom] = [inside.width, -1, inside.height, -1];
  for (let y = 0; y < inside.height; y++) {
    for (let x = 0; x < inside.width; x++) {
      if (!isMarked(y * inside.width + x)) continue;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = y;
    }
  }
  if (right < 0) return undefined;
  const space = Math.ceil(margin);
  left = Math.max(0, inside.left + left - space);
  top = Math.max(0, inside.top + top - space);
  return {
    left,
    top,
    width: Math.min(width, inside.left + right + space + 1) - left,
    height: Math.min(height, inside.top + bottom + space + 1) - top,
  };
}
