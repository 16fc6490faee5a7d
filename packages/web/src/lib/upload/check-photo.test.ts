import { expect, test } from 'vitest';
import { checkPhoto } from './check-photo.ts';

const blob = (...parts: BlobPart[]) => new Blob(parts);

test('JPEG, PNG and WebP are recognised by their first bytes', async () => {
  expect(await checkPhoto(blob(new Uint8Array([0xff, 0xd8, 0xff, 0xe0]), 'rest'))).toBeUndefined();
  expect(await checkPhoto(blob(new Uint8Array([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10])))).toBeUndefined();
  expect(await checkPhoto(blob('RIFF', new Uint8Array(4), 'WEBPVP8 '))).toBeUndefined();
});

test('everything else has an error of its own', async () => {
  expect(await checkPhoto(blob())).toMatch(/^The file is empty/);
  expect(await checkPhoto(blob('just words'))).toBe('This file type isn’t supported. Use JPEG, PNG or WebP.');
  expect(await checkPhoto(blob(new Uint8Array([0, 0, 0, 24]), 'ftypheic'))).toMatch(/^HEIC isn’t supported yet/);
  const jpeg = blob(new Uint8Array([0xff, 0xd8, 0xff, 0xe0]), new Uint8Array(10 * 1024 * 1024));
  expect(await checkPhoto(jpeg)).toMatch(/^Over 10 MB/);
});

test.each<[format: string, ...head: BlobPart[]]>([
  ['GIF', 'GIF89a'],
  ['AVIF', new Uint8Array([0, 0, 0, 28]), 'ftypavif'],
  ['TIFF', 'II*\0'],
  ['TIFF', 'MM\0*'],
  ['BMP', 'BM'],
  ['PDF', '%PDF-1.7'],
  ['SVG', '<svg xmlns="http://www.w3.org/2000/svg"/>'],
  ['SVG', '\ufeff<?xml version="1.0"?><svg/>'],
])('%s is named, however large it is', async (format, ...head) => {
  const named = `${format} isn’t supported. Use JPEG, PNG or WebP.`;
  expect(await checkPhoto(blob(...head))).toBe(named);
  expect(await checkPhoto(blob(...head, new Uint8Array(10 * 1024 * 1024 + 1)))).toBe(named);
});
