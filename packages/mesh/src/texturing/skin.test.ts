import { describe, expect, it } from 'vitest';
import { draw } from '../../test/pictures.ts';
import { readModel } from '../../test/read-model.ts';
import { rasterise } from '../render/rasterise.ts';
import { head, sign } from '../../test/shape-pictures.ts';
import { generateModel } from '../index.ts';

const side = 240;

/** Lightness, 0 to 255, of a view of the model, and where it is. */
async function look(picture: Uint8Array, yaw: number): Promise<{ light: Float32Array; inside: Uint8Array }> {
  const { glb, statistics } = await generateModel(picture, { shape: 'round' });
  const { model, texture } = await readModel(glb);
  const scale = (0.9 * side) / Math.max(statistics.width, statistics.height);
  const centre = [0, statistics.height / 2, 0] as const;
  const rgba = rasterise(model, texture, { width: side, height: side, yaw, pitch: 0, shading: 'flat', centre, scale });
  const light = new Float32Array(side * side);
  const inside = new Uint8Array(side * side);
  for (let i = 0; i < light.length; i++) {
    light[i] = 0.3 * rgba[4 * i]! + 0.59 * rgba[4 * i + 1]! + 0.11 * rgba[4 * i + 2]!;
    inside[i] = rgba[4 * i + 3]! > 0 ? 1 : 0;
  }
  return { light, inside };
}

/** The steepest change of lightness over four pixels in the middle of the view. */
async function contrast(picture: Uint8Array, yaw: number): Promise<number> {
  const { light } = await look(picture, yaw);
  let most = 0;
  for (let y = side * 0.25; y < side * 0.75; y++) {
    for (let x = side * 0.25; x < side * 0.75 - 4; x++) {
      most = Math.max(most, Math.abs(light[y * side + x]! - light[y * side + x + 4]!));
    }
  }
  return most;
}

describe('the back', () => {
  it('shows no letters and no face', async () => {
    for (const picture of [await sign(400), await head(400)]) {
      expect(await contrast(picture, 0)).toBeGreaterThan(60);
      expect(await contrast(picture, 180)).toBeLessThan(12);
    }
  });

  it('has the colours around the letters', async () => {
    const { light } = await look(await sign(400), 180);
    // The red of the sign is 76 on this scale, its letters are 255.
    expect(light[(side / 2) * side + side / 2]!).toBeLessThan(110);
  });

  it('is the mirrored front where that has broad colours only', async () => {
    const halves = await draw(
      400,
      400,
      '<clipPath id="c"><circle cx="200" cy="200" r="170"/></clipPath><g clip-path="url(#c)"><rect width="200" height="400" fill="#222"/><rect x="200" width="200" height="400" fill="#ddd"/></g>',
    );
    const { light } = await look(halves, 180);
    const row = (side / 2) * side;
    expect(light[row + side * 0.25]!).toBeGreaterThan(150);
    expect(light[row + side * 0.75]!).toBeLessThan(90);
  });
});

describe('the sides', () => {
  it('are not streaked by the last pixels of the photo', async () => {
    // A rim of single-pixel speckles; a stretched one would be drawn out across the whole side.
    const speckles = Array.from({ length: 700 }, (_, k) => {
      const angle = (k * 2 * Math.PI) / 700;
      const [x, y] = [200 + 168 * Math.cos(angle), 200 + 168 * Math.sin(angle)];
      return `<circle cx="${x}" cy="${y}" r="1.5" fill="${k % 2 ? '#fff' : '#000'}"/>`;
    });
    const picture = await draw(400, 400, `<circle cx="200" cy="200" r="170" fill="#888"/>${speckles.join('')}`);
    const { light, inside } = await look(picture, 90);
    let worst = 0;
    for (let y = 60; y < side - 60; y++) {
      const at = y * side + side / 2;
      expect(inside[at]).toBe(1);
      worst = Math.max(worst, Math.abs(light[at]! - light[at - side]!));
    }
    expect(worst).toBeLessThan(14);
  });
});
