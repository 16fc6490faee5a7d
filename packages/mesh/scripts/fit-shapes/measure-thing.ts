import { decodeImage } from '../../src/image/decode-image.ts';
import type { Picture } from '../../src/image/picture.ts';
import { layGrid } from '../../src/meshing/grid.ts';
import { discShare, findCues, turnedShare } from '../../src/outline/cues.ts';
import type { Cues } from '../../src/outline/cues.ts';
import { measureOutline } from '../../src/outline/measure-outline.ts';
import { measureShading } from '../../src/outline/measure-shading.ts';
import { alphaCoverage } from '../../src/segmentation/alpha.ts';
import { findForeground } from '../../src/segmentation/find-foreground.ts';
import { intersectionOverUnion } from '../../src/segmentation/measure-cut.ts';
import { loadPrior } from '../../src/segmentation/prior/load-prior.ts';
import type { ThingKind } from './kinds.ts';

/** A picture of something of a known kind, as the program sees it. */
export interface Thing extends View {
  file: string;
  kind: ThingKind;
  /** What it counts. */
  weight: number;
}

export interface View {
  cues: Cues;
  turned: number;
  disc: number;
}

/** A cut has to be as good as this for its outline to be the thing's. */
const minOverlap = 0.9;
/** Pixels of what is put before a ground. */
const smallSide = 256;
/** Room around the thing before the plain ground, as a share of the picture, and the ground's colour. */
const room = 0.12;
const grounds: readonly Ground[] = [
  [245, 245, 242],
  [70, 90, 110],
];
const every = 8;

type Ground = readonly [red: number, green: number, blue: number];

export function measureThing(picture: Picture, coverage: Float32Array): View | undefined {
  const grid = layGrid(coverage, picture.width, picture.height);
  const outline = grid && measureOutline(grid);
  if (!outline) return undefined;
  const cues = findCues(outline, measureShading(grid, picture, outline));
  return { cues, turned: turnedShare(outline), disc: discShare(outline) };
}

/** A cut-out by its own alpha and, every eighth, as the program cuts it out of a plain ground. */
export async function measurePicture(bytes: Uint8Array, number: number): Promise<View[]> {
  const picture = await decodeImage(bytes);
  const own = alphaCoverage(picture);
  if (!own) return [];
  const views = [measureThing(picture, own)];
  if (number % every === 0) views.push(await cutFromGround(bytes, grounds[(number / every) % grounds.length]!));
  return views.filter((view) => view !== undefined);
}

/** Undefined where the cut goes wrong. */
async function cutFromGround(bytes: Uint8Array, ground: Ground): Promise<View | undefined> {
  const picture = await decodeImage(bytes, smallSide);
  const { photo, mask } = placeOn(picture, alphaCoverage(picture)!, ground);
  const cut = findForeground(photo, { prior: loadPrior() });
  if (cut.kind !== 'object' || intersectionOverUnion(cut.coverage, mask) < minOverlap) return undefined;
  return measureThing(photo, cut.coverage);
}

function placeOn(picture: Picture, coverage: Float32Array, ground: Ground) {
  const edge = Math.round(room * Math.max(picture.width, picture.height));
  const [width, height] = [picture.width + 2 * edge, picture.height + 2 * edge];
  const rgb = new Uint8Array(3 * width * height);
  const mask = new Float32Array(width * height);
  for (let at = 0; at < mask.length; at++) {
    const [x, y] = [(at % width) - edge, Math.floor(at / width) - edge];
    const inside = x >= 0 && y >= 0 && x < picture.width && y < picture.height;
    const from = y * picture.width + x;
    const share = inside ? coverage[from]! : 0;
    mask[at] = share;
    for (let c = 0; c < 3; c++)
      rgb[3 * at + c] = ground[c]! * (1 - share) + (share > 0 ? picture.rgb[3 * from + c]! * share : 0);
  }
  return { photo: { width, height, rgb }, mask };
}
