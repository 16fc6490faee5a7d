import { expect, it } from 'vitest';
import { ImageError } from '../image-error.ts';
import { rejectUndecodable } from './open-image.ts';

it.each([
  'VipsJpeg: Insufficient memory (case 4)',
  'vips_tracked: out of memory --- size == 12MB',
  'unable to create thread',
])('does not blame the image for what the machine does not give: %s', (text) => {
  const cause = new Error(text);
  expect(() => rejectUndecodable(cause)).toThrow(cause);
});

it('blames it for what the decoder says of it', () => {
  expect(() => rejectUndecodable(new Error('VipsJpeg: Premature end of JPEG file'))).toThrow(ImageError);
});
