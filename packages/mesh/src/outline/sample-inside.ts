import { boxBlur } from '../image/blur.ts';
import type { Picture } from '../image/decode-image.ts';
import { distanceInside } from '../image/distance.ts';
import { bilinear } from '../image/resample.ts';
import type { Grid } from '../meshing/grid.ts';
import type { MeasuredOutline } from './measure-outline.ts';

/** What the photo shows at a node of an outline's plane. */
export interface Sample {
  x: number;
  y: number;
  /** Lightness, 0 to 1, and that of the surroundings. */
  light: number;
  smooth: number;
  /** Red and blue less green, -1 to 1. */
  red: number;
  blue: number;
  /** 0 at the outline to 1 in the middle. */
  rise: number;
  /** Section across the axis, and the place in it from its left edge (-1) to its right one (1). */
  along: number;
  aside: number;
}

/** Nodes nearer to the outline than this share of the way to the middle mix with the ground. */
const rim = 0.12;

/** Samples the picture inside an outline, a little away from its rim. */
export function sampleInside(grid: Grid, picture: Picture, { plane, axis }: MeasuredOutline): Sample[] {
  const { width, height, values } = plane;
  const [stepX, stepY] = [grid.columns / width, grid.rows / height];
  const light = new Float32Array(values.length);
  const red = new Float32Array(values.length);
  const blue = new Float32Array(values.length);
  const plain = shrinkLight(picture);
  for (let at = 0; at < values.length; at++) {
    if (values[at]! <= 0.5) continue;
    const px = (grid.originX + (((at % width) + 0.5) * stepX - 0.5) * grid.cell) / picture.width;
    const py = (grid.originY + ((Math.floor(at / width) + 0.5) * stepY - 0.5) * grid.cell) / picture.height;
    const [x, y] = [px * plain.width - 0.5, py * plain.height - 0.5];
    light[at] = bilinear(plain.light, plain.width, plain.height, x, y);
    red[at] = bilinear(plain.red, plain.width, plain.height, x, y);
    blue[at] = bilinear(plain.blue, plain.width, plain.height, x, y);
  }
  const inside = Float32Array.from(values, (share) => (share > 0.5 ? 1 : 0));
  const smooth = blurInside(light, inside, width, height);
  const deep = riseOf(inside, width, height);
  const reach = halfWidths(plane, axis);
  const samples: Sample[] = [];
  for (let at = 0; at < values.length; at++) {
    if (inside[at] === 0 || deep[at]! < rim) continue;
    const [x, y] = [at % width, Math.floor(at / width)];
    const [ox, oy] = [x - axis.x, y - axis.y];
    const along = Math.round(ox * axis.dx + oy * axis.dy);
    const aside = (oy * axis.dx - ox * axis.dy) / Math.max(reach.get(along) ?? 1, 1);
    samples.push({
      x,
      y,
      light: light[at]!,
      smooth: smooth[at]!,
      red: red[at]!,
      blue: blue[at]!,
      rise: deep[at]!,
      along,
      aside,
    });
  }
  return samples;
}

/** Means over a twentieth of the plane, of what is inside. */
function blurInside(light: Float32Array, inside: Float32Array, width: number, height: number): Float32Array {
  const radius = Math.max(2, Math.round(0.05 * Math.max(width, height)));
  const share = boxBlur(inside, width, height, radius);
  return boxBlur(light, width, height, radius).map((sum, at) => sum / Math.max(share[at]!, 1e-3));
}

/** The picture's lightness and colours, small: gamma-encoded, which is near enough to what people see. */
function shrinkLight({ rgb, width, height }: Picture) {
  const step = Math.max(1, Math.floor(Math.max(width, height) / 224));
  const [toWidth, toHeight] = [Math.floor(width / step) || 1, Math.floor(height / step) || 1];
  const light = new Float32Array(toWidth * toHeight);
  const red = new Float32Array(toWidth * toHeight);
  const blue = new Float32Array(toWidth * toHeight);
  const share = 1 / (255 * step * step);
  for (let y = 0; y < toHeight * step && y < height; y++) {
    const row = Math.floor(y / step) * toWidth;
    for (let x = 0; x < toWidth * step && x < width; x++) {
      const from = 3 * (y * width + x);
      const [r, g, b] = [rgb[from]!, rgb[from + 1]!, rgb[from + 2]!];
      const to = row + Math.floor(x / step);
      light[to]! += share * (0.3 * r + 0.59 * g + 0.11 * b);
      red[to]! += share * (r - g);
      blue[to]! += share * (b - g);
    }
  }
  return { light, red, blue, width: toWidth, height: toHeight };
}

/** Distance from the outline as a share of the greatest one. */
function riseOf(inside: Float32Array, width: number, height: number): Float32Array {
  const distance = distanceInside(inside, width, height);
  const greatest = distance.reduce((most, d) => Math.max(most, d), 1);
  return distance.map((d) => d / greatest);
}

/** Half the width of the outline across the axis, at each whole step along it. */
function halfWidths({ values, width }: MeasuredOutline['plane'], axis: MeasuredOutline['axis']): Map<number, number> {
  const widths = new Map<number, number>();
  for (let at = 0; at < values.length; at++) {
    if (values[at]! <= 0.5) continue;
    const [ox, oy] = [(at % width) - axis.x, Math.floor(at / width) - axis.y];
    const along = Math.round(ox * axis.dx + oy * axis.dy);
    widths.set(along, Math.max(widths.get(along) ?? 0, Math.abs(oy * axis.dx - ox * axis.dy)));
  }
  return widths;
}
