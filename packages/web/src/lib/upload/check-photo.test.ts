import { expect, test } from 'vitest';
import { checkPhoto } from './check-photo.ts';

const blob = (...parts: BlobPart[]) => new Blob(parts);

test('JPEG, PNG and WebP are recognised by their first bytes', async () => {
  expect(await checkPhoto(blob(new Uint8Array([0xff, 0xd8, 0xff, 0xe0]), 'rest'))).toBeUndefined();
  expect(await checkPhoto(blob(new Uint8Array([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10])))).toBeUndefined();
  expect(await checkPhoto(blob('RIFF', new Uint8Array(4), 'WEBPVP8 '))).toBeUndefined();
});

test('everything else has an error of its own', async () => {
  expect(await checkPhoto(blob())).toBe('upload.bad.empty');
  expect(await checkPhoto(blob('<svg xmlns="http://www.w3.org/2000/svg"/>'))).toBe('upload.bad.type');
  expect(await checkPhoto(blob(new Uint8Array([0, 0, 0, 24]), 'ftypheic'))).toBe('upload.bad.heic');
  expect(await checkPhoto(blob(new Uint8Array(10 * 1024 * 1024 + 1)))).toBe('upload.bad.large');
});
