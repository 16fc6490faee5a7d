import { expect, test } from 'vitest';
import { checkImage } from './check-image.ts';

const png = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const blob = (bytes: number[], size = 64) => new Blob([new Uint8Array(bytes), new Uint8Array(size)]);
const ascii = (text: string) => [...text].map((letter) => letter.charCodeAt(0));

test('JPEG, PNG and WebP pass, whatever they are called', async () => {
  expect(await checkImage(new File([blob(png)], 'notes.txt'))).toBeUndefined();
  expect(await checkImage(blob([0xff, 0xd8, 0xff, 0xe0]))).toBeUndefined();
  expect(await checkImage(blob([...ascii('RIFF'), 1, 0, 0, 0, ...ascii('WEBP')]))).toBeUndefined();
});

test('a text that is called .png is told apart by its first bytes', async () => {
  expect(await checkImage(new File(['hello, I am a text'], 'photo.png'))).toBe('UNSUPPORTED_IMAGE_TYPE');
});

test('a photo of a phone in HEIC is named, since it can be saved as JPEG', async () => {
  expect(await checkImage(blob([0, 0, 0, 24, ...ascii('ftypheic')]))).toBe('HEIC');
});

test('an empty file and one over 10 MiB are refused, one of just 10 MiB is not', async () => {
  expect(await checkImage(new Blob([]))).toBe('IMAGE_UNDECODABLE');
  expect(await checkImage(blob(png, 10 * 1024 * 1024 - png.length))).toBeUndefined();
  expect(await checkImage(blob(png, 10 * 1024 * 1024 - png.length + 1))).toBe('FILE_TOO_LARGE');
});
