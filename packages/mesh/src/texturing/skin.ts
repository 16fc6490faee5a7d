import { boxBlur, softBlur } from '../image/blur.ts';
import { distanceInside } from '../image/distance.ts';
import { bilinear } from '../image/resample.ts';
import { fillUnknown } from './push-pull.ts';

/** The front of an object with colours that continue past its silhouette: three colours and a weight per pixel. */
export interface Front {
  width: number;
  height: number;
  values: Float32Array;
}

/** Shares of the object's size: how far the sides' colours are spread along the rim, and how far in that is seen. */
const rimBlur = 0.014;
const frontRim = 0.012;
const backRim = 0.05;
/** Where the colours of a plain back come from: this far inside, past contours and fringes. */
const ringFrom = 0.025;
const ringTo = 0.07;
/** Mean contrast of details, 0 to 1, from which on the back does not show them. */
const plainDetail = 0.024;
const fullDetail = 0.042;

/** One side of a texture at half the size: a plane for each colour. */
interface Side {
  width: number;
  height: number;
  planes: Float32Array[];
}

/**
 * Calms the front along its silhouette, in place, and paints the back at half the size.
 *
 * The sides of the model show the last pixels of the photo, drawn out to many times their length, so there the colours
 * are blurred. The back is the mirrored front, blurred; but mirrored letters and the ghost of a face are worse than
 * nothing, so where the front has much detail the back has the colours around it.
 * @param coverage 0 to 1 for each pixel of the front.
 */
export function paintSkin(
  front: Front,
  coverage: Float32Array,
): { width: number; height: number; values: Float32Array } {
  const half = halve(front);
  const { width, height } = half;
  const inside = halveMask(coverage, front.width, half);
  const distance = distanceInside(inside, width, height);
  const size = Math.max(width, height);
  const calm = blurred(half, rimBlur * size);
  calmRim(front, calm, distance, frontRim * size);
  const broad = blurred(half, 0.035 * size);
  const plain = plainColours(half, distance, size);
  const detail = detailOf(half, inside, distance, size);
  const values = new Float32Array(width * height * 3);
  for (let at = 0; at < width * height; at++) {
    const away = smoothstep(distance[at]! / (backRim * size));
    const mixed = detail[at]!;
    for (let c = 0; c < 3; c++) {
      const middle = broad.planes[c]![at]! * (1 - mixed) + plain.planes[c]![at]! * mixed;
      values[3 * at + c] = calm.planes[c]![at]! * (1 - away) + middle * away;
    }
  }
  return { width, height, values };
}

function halve({ width: fullWidth, height: fullHeight, values }: Front): Side {
  const [width, height] = [Math.max(1, Math.ceil(fullWidth / 2)), Math.max(1, Math.ceil(fullHeight / 2))];
  const planes = [0, 1, 2].map((channel) => {
    const plane = new Float32Array(width * height);
    for (let y = 0; y < height; y++) {
      const top = 4 * 2 * y * fullWidth + channel;
      const bottom = 4 * Math.min(2 * y + 1, fullHeight - 1) * fullWidth + channel;
      for (let x = 0; x < width; x++) {
        const left = 4 * 2 * x;
        const right = 4 * Math.min(2 * x + 1, fullWidth - 1);
        const sum = values[top + left]! + values[top + right]! + values[bottom + left]! + values[bottom + right]!;
        plane[y * width + x] = sum / 4;
      }
    }
    return plane;
  });
  return { width, height, planes };
}

/** 1 for each pixel at half the size whose top left quarter is covered. */
function halveMask(coverage: Float32Array, fullWidth: number, { width, height }: Side): Uint8Array {
  const mask = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) mask[y * width + x] = coverage[2 * y * fullWidth + 2 * x]! > 0.5 ? 1 : 0;
  }
  return mask;
}

function blurred({ width, height, planes }: Side, radius: number): Side {
  return { width, height, planes: planes.map((plane) => softBlur(plane, width, height, Math.max(1, radius))) };
}

/** Fades the front into its blurred colours towards the silhouette. */
function calmRim(front: Front, calm: Side, distance: Float32Array, reach: number): void {
  const { width, height } = front;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = Math.min(y >> 1, calm.height - 1) * calm.width + Math.min(x >> 1, calm.width - 1);
      const mix = 1 - smoothstep((distance[at]! - 0.5) / reach);
      if (mix <= 0) continue;
      const to = 4 * (y * width + x);
      for (let c = 0; c < 3; c++) {
        const colour = bilinear(calm.planes[c]!, calm.width, calm.height, x / 2 - 0.25, y / 2 - 0.25);
        front.values[to + c]! += mix * (colour - front.values[to + c]!);
      }
    }
  }
}

/** The colours of a ring a little inside the silhouette, continued over the middle. */
function plainColours({ width, height, planes }: Side, distance: Float32Array, size: number): Side {
  const [from, to] = [ringFrom * size, ringTo * size];
  const deep = distance.map((d) => (d >= from ? 1 : 0));
  // Where a part is too thin for the ring, all of it counts.
  const near = boxBlur(deep, width, height, Math.max(1, Math.round(from + 1)));
  const values = new Float32Array(width * height * 4);
  for (let at = 0; at < distance.length; at++) {
    const d = distance[at]!;
    if (d === 0 || (d < from && near[at]! > 0) || d > to) continue;
    for (let c = 0; c < 3; c++) values[4 * at + c] = planes[c]![at]!;
    values[4 * at + 3] = 1;
  }
  const filled = fillUnknown({ width, height, values });
  const spread = planes.map(() => new Float32Array(width * height));
  for (let at = 0; at < width * height; at++) {
    for (let c = 0; c < 3; c++) spread[c]![at] = filled.values[4 * at + c]!;
  }
  return blurred({ width, height, planes: spread }, 0.04 * size);
}

/** 0 where the back shows the front, 1 where it does not. Much detail in all decides for the whole. */
function detailOf(side: Side, inside: Uint8Array, distance: Float32Array, size: number): Float32Array {
  const { width, height } = side;
  const fine = blurred(side, 0.004 * size);
  const broad = blurred(side, 0.025 * size);
  const contrast = new Float32Array(width * height);
  const counted = new Float32Array(width * height);
  for (let at = 0; at < contrast.length; at++) {
    // The rim is dark on most round things, and has contours on drawn ones: that is not detail.
    if (inside[at] === 0 || distance[at]! < ringTo * size) continue;
    counted[at] = 1;
    for (let c = 0; c < 3; c++) contrast[at]! += Math.abs(fine.planes[c]![at]! - broad.planes[c]![at]!) / 765;
  }
  const radius = Math.round(0.1 * size);
  const local = softBlur(contrast, width, height, radius);
  const share = softBlur(counted, width, height, radius);
  const total = counted.reduce((sum, one) => sum + one, 0);
  const whole = total > 0 ? tooMuch(contrast.reduce((sum, level) => sum + level, 0) / total) : 0;
  return local.map((level, at) => Math.max(share[at]! > 0.02 ? tooMuch(level / share[at]!) : 0, whole));
}

/** 0 for a contrast that the back can show, 1 for one that it cannot. */
function tooMuch(contrast: number): number {
  return smoothstep((contrast - plainDetail) / (fullDetail - plainDetail));
}

function smoothstep(value: number): number {
  const t = Math.min(Math.max(value, 0), 1);
  return t * t * (3 - 2 * t);
}
