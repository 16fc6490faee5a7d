import { readFile, readdir, stat } from 'node:fs/promises';
import { join, parse } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { scaled, scenes } from './scenes/index.ts';
import { renderRow } from './trace.ts';

const folder = join(import.meta.dirname, '../../packages/web/static/samples');

async function list(): Promise<{ file: string; kind: string; source: string; licence: string; offered?: boolean }[]> {
  return JSON.parse(await readFile(join(folder, 'samples.json'), 'utf8'));
}

test('every sample picture is listed with its source and licence, in the list and in the README', async () => {
  const listed = await list();
  const pictures = (await readdir(folder)).filter((name) => /\.(jpg|png)$/.test(name));
  expect(listed.map(({ file }) => file).toSorted()).toEqual(pictures.toSorted());
  const readme = await readFile(join(import.meta.dirname, 'README.md'), 'utf8');
  for (const { file, source, licence } of listed) {
    expect(readme).toContain(`\`${file}\``);
    expect(source).not.toBe('');
    expect(['MIT', 'CC0']).toContain(licence);
  }
});

test('the samples are small: at most 300 kB each and 1.2 MB together', async () => {
  const sizes = await Promise.all((await list()).map(async ({ file }) => (await stat(join(folder, file))).size));
  expect(Math.max(...sizes)).toBeLessThan(300_000);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(1_200_000);
});

test('each sample has a little picture, and all of them together are small', async () => {
  const sizes = await Promise.all(
    (await list()).map(async ({ file }) => {
      const small = await readFile(join(folder, 'small', `${parse(file).name}.webp`));
      const { width, height } = await sharp(small).metadata();
      expect(Math.max(width, height), file).toBe(320);
      return small.length;
    }),
  );
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(60_000);
});

test('each sample that is offered has its finished model, which is small, and a picture of it', async () => {
  const offered = (await list()).filter((sample) => sample.offered);
  expect(offered.length).toBeGreaterThanOrEqual(4);
  for (const { file, kind } of offered) {
    const name = join(folder, 'models', parse(file).name);
    const glb = await readFile(`${name}.glb`);
    expect(glb.length, file).toBeLessThan(500_000);
    // A body, and not a relief: what is offered comes out well.
    const { extras } = JSON.parse(glb.subarray(20, 20 + glb.readUInt32LE(12)).toString()).asset;
    expect(extras.method, file).toBe(kind === 'cut-out' ? 'alpha' : 'backdrop');
    expect((await sharp(`${name}.webp`).metadata()).width, file).toBe(512);
  }
});

test('the cut-out has a transparent ground, and the product a white one', async () => {
  const corner = async (file: string): Promise<number[]> => {
    const image = sharp(join(folder, file)).ensureAlpha().extract({ left: 0, top: 0, width: 1, height: 1 });
    return [...(await image.raw().toBuffer())];
  };
  expect((await corner('duck.png'))[3]).toBe(0);
  expect(Math.min(...(await corner('teapot.jpg')))).toBeGreaterThan(225);
});

test('the same scene gives the same picture', () => {
  const scene = scaled(scenes.duck, 0.05);
  const row = Math.round(scene.height / 2);
  const first = renderRow(scene, row);
  expect(first.some((value) => value > 0)).toBe(true);
  expect(renderRow(scene, row)).toEqual(first);
});
