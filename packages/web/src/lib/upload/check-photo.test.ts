import { expect, test } from 'vitest';
import { checkPhoto } from './check-photo.ts';

const blob = (...parts: BlobPart[]) => new Blob(parts);
const jpegHead = new Uint8Array([0xff, 0xd8, 0xff, 0xe0]);
const box = (brand: string) => blob(new Uint8Array([0, 0, 0, 24]), `ftyp${brand}`, new Uint8Array(16));

test('JPEG, PNG and WebP are recognised by their first bytes', async () => {
  expect(await checkPhoto(blob(jpegHead, 'rest'))).toBeUndefined();
  expect(await checkPhoto(blob(new Uint8Array([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10])))).toBeUndefined();
  expect(await checkPhoto(blob('RIFF', new Uint8Array(4), 'WEBPVP8 '))).toBeUndefined();
});

test.each([
  ['GIF', blob('GIF89a')],
  ['TIFF', blob('II*\0')],
  ['TIFF', blob('MM\0*')],
  ['SVG', blob('<svg xmlns="http://www.w3.org/2000/svg"/>')],
  ['SVG', blob('<?xml version="1.0"?>\n<!-- made by hand -->\n<svg/>')],
  ['BMP', blob('BM', new Uint8Array(24))],
  ['PDF', blob('%PDF-1.7')],
  ['JPEG XL', blob(new Uint8Array([0xff, 0x0a, 1, 2]))],
])('%s is named as what it is', async (format, file) => {
  expect(await checkPhoto(file)).toEqual({ key: 'upload.bad.format', format });
});

test.each(['heic', 'heix', 'mif1'])('HEIC with the brand %s can be converted', async (brand) => {
  expect(await checkPhoto(box(brand))).toEqual({ key: 'upload.bad.heic', fix: 'convert' });
});

test('AVIF can be converted', async () => {
  expect(await checkPhoto(box('avif'))).toEqual({ key: 'upload.bad.format', format: 'AVIF', fix: 'convert' });
});

test('everything else has an error of its own, and the type comes before the size', async () => {
  const large = new Uint8Array(10 * 1024 * 1024 + 1);
  expect(await checkPhoto(blob())).toEqual({ key: 'upload.bad.empty' });
  expect(await checkPhoto(blob('<html>'))).toEqual({ key: 'upload.bad.type' });
  expect(await checkPhoto(blob(jpegHead, large))).toEqual({ key: 'upload.bad.large', fix: 'scale' });
  expect(await checkPhoto(blob(large))).toEqual({ key: 'upload.bad.type' });
});
