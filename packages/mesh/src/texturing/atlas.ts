import { boxBlur } from '../image/blur.ts';
import type { Picture } from '../image/decode-image.ts';
import type { Grid } from '../meshing/grid.ts';
import { fillUnknown } from './push-pull.ts';
import { paintSkin } from './skin.ts';

/** One texture with a region for each side. */
export interface Atlas {
  width: number;
  height: number;
  /** Three bytes per pixel, rows from the top. */
  rgb: Uint8Array;
  /** UV of a point of the picture (continuous pixels), 0 to 1 from the top left. */
  uvAt: (group: number, x: number, y: number) => [number, number];
}

/** Pixels of bled colour kept around the object, so that no filter reaches the edge of its region. */
const padding = 8;

/** The front as photographed; see `paintSkin` for the back, which is half the size. */
export function paintObject(picture: Picture, coverage: Float32Array, grid: Grid): Atlas {
  const crop = cropAround(grid, picture);
  const front = fillUnknown(knownColours(picture, coverage, crop)).values;
  const covered = cutOut(coverage, picture.width, crop);
  const back = paintSkin({ width: crop.width, height: crop.height, values: front }, covered);
  return stack(front, crop, back);
}

/** The whole picture on the front, one plain colour on every other side. */
export function paintSlab(picture: Picture): Atlas {
  const crop = { left: 0, top: 0, width: picture.width, height: picture.height };
  const { rgb, width, height } = picture;
  const front = new Float32Array(width * height * 4);
  const sum = [0, 0, 0];
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) {
      front[4 * i + c] = rgb[3 * i + c]!;
      sum[c]! += rgb[3 * i + c]!;
    }
  }
  // Darker and greyer than the picture, like the edge of a board.
  const mean = sum.map((s) => s / (width * height));
  const grey = (mean[0]! + mean[1]! + mean[2]!) / 3;
  const plain = mean.map((m) => 0.45 * (0.5 * m + 0.5 * grey) + 18);
  const side = 16;
  const back = new Float32Array(side * side * 3);
  for (let i = 0; i < back.length; i++) back[i] = plain[i % 3]!;
  const atlas = stack(front, crop, { values: back, width: side, height: side });
  const frontUv = atlas.uvAt;
  const v = (atlas.height - side / 2) / atlas.height;
  const u = side / 2 / atlas.width;
  return { ...atlas, uvAt: (group, x, y) => (group === 0 ? frontUv(0, x, y) : [u, v]) };
}

interface Crop {
  left: number;
  top: number;
  width: number;
  height: number;
}

function cropAround(grid: Grid, picture: Picture): Crop {
  const left = Math.max(0, Math.floor(grid.originX + grid.cell) - padding);
  const top = Math.max(0, Math.floor(grid.originY + grid.cell) - padding);
  const right = Math.min(picture.width, Math.ceil(grid.originX + (grid.columns - 2) * grid.cell) + padding);
  const bottom = Math.min(picture.height, Math.ceil(grid.originY + (grid.rows - 2) * grid.cell) + padding);
  return { left, top, width: right - left, height: bottom - top };
}

/** The part of a plane of the picture within the crop. */
function cutOut(plane: Float32Array, pictureWidth: number, { left, top, width, height }: Crop): Float32Array {
  const cut = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const from = (y + top) * pictureWidth + left;
    cut.set(plane.subarray(from, from + width), y * width);
  }
  return cut;
}

/** The picture's pixels, weighted by how surely no background is mixed into them. */
function knownColours(picture: Picture, coverage: Float32Array, crop: Crop) {
  const { width, height } = crop;
  const cut = cutOut(coverage, picture.width, crop);
  // Two pixels in from the fringe; where that leaves nothing nearby (thin parts), the pixels that are mostly covered.
  const around = boxBlur(cut, width, height, 2);
  const sure = new Float32Array(cut.length);
  for (let i = 0; i < cut.length; i++) sure[i] = around[i]! > 0.985 ? 1 : 0;
  const near = boxBlur(sure, width, height, 3);
  const values = new Float32Array(cut.length * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      const weight = sure[i] === 1 ? 1 : near[i] === 0 && cut[i]! > 0.7 ? cut[i]! : 0;
      if (weight === 0) continue;
      const from = 3 * ((y + crop.top) * picture.width + x + crop.left);
      for (let c = 0; c < 3; c++) values[4 * i + c] = picture.rgb[from + c]! * weight;
      values[4 * i + 3] = weight;
    }
  }
  return { width, height, values };
}

/** Front and back above or beside each other, whichever is squarer. */
function stack(front: Float32Array, crop: Crop, back: { values: Float32Array; width: number; height: number }): Atlas {
  const below = crop.width >= crop.height;
  const width = below ? Math.max(crop.width, back.width) : crop.width + back.width;
  const height = below ? crop.height + back.height : Math.max(crop.height, back.height);
  const offsetX = below ? 0 : crop.width;
  const offsetY = below ? crop.height : 0;
  const rgb = new Uint8Array(width * height * 3);
  // What neither covers repeats the edge of the back, so that no filter mixes in black.
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const to = 3 * (y * width + x);
      const inFront = x < crop.width && y < crop.height;
      const bx = Math.min(Math.max(x - offsetX, 0), back.width - 1);
      const by = Math.min(Math.max(y - offsetY, 0), back.height - 1);
      const from = inFront ? 4 * (y * crop.width + x) : 3 * (by * back.width + bx);
      const source = inFront ? front : back.values;
      for (let c = 0; c < 3; c++) rgb[to + c] = source[from + c]! + 0.5;
    }
  }
  const uvAt = (group: number, x: number, y: number): [number, number] => {
    const px = Math.min(Math.max(x - crop.left, 0.5), crop.width - 0.5);
    const py = Math.min(Math.max(y - crop.top, 0.5), crop.height - 0.5);
    if (group === 0) return [px / width, py / height];
    const bx = Math.min(Math.max((px * back.width) / crop.width, 0.5), back.width - 0.5);
    const by = Math.min(Math.max((py * back.height) / crop.height, 0.5), back.height - 0.5);
    return [(offsetX + bx) / width, (offsetY + by) / height];
  };
  return { width, height, rgb, uvAt };
}
