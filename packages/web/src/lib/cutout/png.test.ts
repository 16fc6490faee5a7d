import sharp from 'sharp';
import { expect, test } from 'vitest';
import { maskPng, veilPng } from './png.ts';

const coverage = Float32Array.from([0, 1, 0.5, 0.25, 1, 0]);

test('a mask is a grey picture of its size, white where something is kept', async () => {
  const png = sharp(await (await maskPng(coverage, 3, 2)).arrayBuffer());
  expect(await png.metadata()).toMatchObject({ format: 'png', width: 3, height: 2, channels: 1, hasAlpha: false });
  expect([...(await png.extractChannel(0).raw().toBuffer())]).toEqual([0, 255, 128, 64, 255, 0]);
});

test('a veil is opaque where nothing is kept', async () => {
  const png = sharp(await (await veilPng(coverage, 3, 2)).arrayBuffer());
  expect(await png.metadata()).toMatchObject({ format: 'png', width: 3, height: 2, hasAlpha: true });
  expect([...(await png.extractChannel('alpha').raw().toBuffer())]).toEqual([255, 0, 128, 191, 0, 255]);
});
