import { describe, expect, it } from 'vitest';
import { alphaCoverage } from '../segmentation/alpha.ts';
import { decodeImage } from '../image/decode-image.ts';
import { layGrid } from '../meshing/grid.ts';
import { draw } from '../../test/pictures.ts';
import { revolve } from './revolve.ts';

describe('revolve', () => {
  it.each([50, 56, 64])('has no rings on a cone from a picture of %i px', async (side) => {
    const { heights, pixel } = await turn(side, '<path d="M50 4 L83 96 H17 Z" fill="#a40"/>');
    // In the middle, away from tip and foot, the surface rises evenly.
    const part = heights.slice(Math.round(0.3 * heights.length), Math.round(0.8 * heights.length));
    const slope = (part.at(-1)! - part[0]!) / (part.length - 1);
    const off = part.map((height, k) => Math.abs(height - part[0]! - slope * k));
    expect(Math.max(...off) / pixel).toBeLessThan(0.07);
  });

  it('keeps a shoulder sharp', async () => {
    const { heights } = await turn(400, '<path d="M42 6 h16 v30 h24 v58 h-64 v-58 h24 Z" fill="#a40"/>');
    const widest = Math.max(...heights);
    const between = heights.filter((height) => height > 0.35 * widest && height < 0.9 * widest);
    expect(between.length).toBeLessThanOrEqual(4);
  });
});

/** Heights along the axis of an upright turned body, and the side of a pixel of its picture, in cells. */
async function turn(side: number, shape: string) {
  const picture = await decodeImage(await draw(side, side, `<g transform="scale(${side / 100})">${shape}</g>`));
  const grid = layGrid(alphaCoverage(picture)!, picture.width, picture.height)!;
  const pixel = picture.width / side / grid.cell;
  const all = revolve(grid, pixel);
  const column = Math.round((grid.columns - 1) / 2);
  const heights = Array.from({ length: grid.rows }, (_, j) => all[j * grid.columns + column]!).filter((h) => h > 0);
  return { heights, pixel };
}
