/* oxlint-disable vitest/expect-expect -- `problem` expects */
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { mask, maskedForm } from '../support/masks.ts';
import { picture } from '../support/server.ts';
import { setUpRefusals } from './refusals.ts';
import { problem } from './support.ts';

const photo = await picture();
const outline = await mask();
const { post } = setUpRefusals({ usesMasks: true });

type Files = [name: string, bytes: Uint8Array][];
const chair: Files = [['chair.jpg', photo]];
const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="32" height="32"/>');

describe('an upload is refused with a mask that', () => {
  it.each<[string, Files, Files, string]>([
    ['is of no photo', chair, [['stool.mask.png', outline]], 'mask.no_photo'],
    ['is named like nothing at all', chair, [['../..', outline]], 'mask.no_photo'],
    ['is named like the end of a photo', chair, [['.mask.png', outline]], 'mask.no_photo'],
    ['is of two photos of one name', [...chair, ...chair], [['chair.jpg', outline]], 'mask.several_photos'],
    [
      'is of two photos by their stems',
      [...chair, ['chair.png', photo]],
      [['chair.mask.png', outline]],
      'mask.several_photos',
    ],
    [
      'is not the only one of its photo',
      chair,
      [
        ['chair.jpg', outline],
        ['chair.mask.png', outline],
      ],
      'mask.repeated',
    ],
  ])('%s', async (_, photos, masks, id) => {
    const refused = await problem(await post(maskedForm(photos, masks)), 400, 'MASK_UNMATCHED');
    expect(refused.errors).toEqual([expect.objectContaining({ code: 'MASK_UNMATCHED', message_id: id })]);
    expect(refused.detail).toBe(refused.errors?.[0]?.detail);
  });

  it.each<[string, () => Promise<Uint8Array>, number, string, string]>([
    ['is all black', () => mask({ kind: 'black' }), 422, 'MASK_INVALID', 'mask.black'],
    ['is transparent all over', () => transparent(), 422, 'MASK_INVALID', 'mask.black'],
    ['is too wide', () => mask({ width: 64, height: 60 }), 422, 'MASK_INVALID', 'mask.proportions'],
    ['has 8 by 8 pixels', () => mask({ width: 8, height: 8 }), 422, 'MASK_INVALID', 'mask.too_small'],
    ['is an SVG', async () => svg, 415, 'UNSUPPORTED_IMAGE_TYPE', 'mask.type_unsupported'],
    [
      'is a GIF',
      async () => await sharp(outline).gif().toBuffer(),
      415,
      'UNSUPPORTED_IMAGE_TYPE',
      'mask.type_unsupported',
    ],
    ['is cut short', async () => outline.subarray(0, 60), 422, 'IMAGE_UNDECODABLE', 'mask.undecodable'],
    ['is empty', async () => Buffer.alloc(0), 422, 'IMAGE_UNDECODABLE', 'image.empty'],
    [
      'decompresses to 81 megapixels',
      () => mask({ width: 9000, height: 9000, kind: 'white' }),
      422,
      'IMAGE_TOO_MANY_PIXELS',
      'mask.too_many_pixels',
    ],
    ['has 11 MB', async () => Buffer.alloc(11 * 1024 * 1024, 1), 413, 'FILE_TOO_LARGE', 'image.too_large'],
  ])('%s', async (_, make, status, code, id) => {
    const refused = await problem(await post(maskedForm(chair, [['chair.mask.png', await make()]])), status, code);
    expect(refused.errors).toEqual([expect.objectContaining({ code, message_id: id, filename: 'chair.mask.png' })]);
    expect(refused.detail).toContain('chair.mask.png');
  });

  it('comes without a photo', async () => {
    await problem(await post(maskedForm([], [['chair.mask.png', outline]])), 400, 'NO_FILES');
  });

  it('comes with 25 others', async () => {
    const masks: Files = Array.from({ length: 26 }, (_, index) => [`${index}.mask.png`, outline]);
    const { detail } = await problem(await post(maskedForm(chair, masks)), 400, 'TOO_MANY_FILES');
    expect(detail).toContain('26 masks');
  });

  it('is no file', async () => {
    const form = maskedForm(chair, [], { masks: 'chair.mask.png' });
    const refused = await problem(await post(form), 400, 'INVALID_REQUEST');
    expect(refused.errors).toMatchObject([{ field: 'masks', message_id: 'mask.not_a_file' }]);
  });

  it('is wrong beside others and a photo that are wrong: each is named', async () => {
    const form = maskedForm(
      [...chair, ['note.jpg', Buffer.from('text')]],
      [
        ['chair.mask.png', await mask({ kind: 'black' })],
        ['note.mask.png', outline],
        ['other.mask.png', outline],
      ],
    );
    const { errors } = await problem(await post(form), 415, 'UNSUPPORTED_IMAGE_TYPE');
    expect(errors?.map(({ filename, code }) => [filename, code])).toEqual([
      ['note.jpg', 'UNSUPPORTED_IMAGE_TYPE'],
      ['chair.mask.png', 'MASK_INVALID'],
      ['other.mask.png', 'MASK_UNMATCHED'],
    ]);
  });
});

async function transparent(): Promise<Buffer> {
  return await sharp({
    create: { width: 32, height: 32, channels: 4, background: { r: 255, g: 255, b: 255, alpha: 0 } },
  })
    .png()
    .toBuffer();
}
