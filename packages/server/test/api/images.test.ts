import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MessageRef } from '@image2model/protocol';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { picture, uploadForm } from '../support/server.ts';
import { setUpRefusals } from './refusals.ts';
import { ended, expectAccepted, problem } from './support.ts';

const good = await picture();
const refusals = setUpRefusals();
const { post } = refusals;

const plain = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: 'white' }, limitInputPixels: false })
    .png()
    .toBuffer();

describe('an image is refused if it is', () => {
  const svg = Buffer.from(
    '<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><rect width="64" height="64"/></svg>',
  );

  const unsupported = [415, 'UNSUPPORTED_IMAGE_TYPE', { message_id: 'mesh.type_unsupported' }] as const;

  it.each([
    ['a text called .png', async () => Buffer.from('I am not a picture'), ...unsupported],
    ['an SVG, which the decoder would accept', async () => svg, ...unsupported],
    ['a GIF', () => sharp(svg).gif().toBuffer(), ...unsupported],
    ['a TIFF', () => sharp(svg).tiff().toBuffer(), ...unsupported],
    [
      'a HEIC',
      async () => await readFile(join(import.meta.dirname, '../../../../e2e/support/teapot.heic')),
      415,
      'UNSUPPORTED_IMAGE_TYPE',
      { message_id: 'mesh.heif_unsupported' },
    ],
    [
      'a truncated AVIF',
      async () =>
        (
          await sharp(await photo())
            .avif()
            .toBuffer()
        ).subarray(0, 1500),
      422,
      'IMAGE_UNDECODABLE',
      { message_id: 'mesh.image_undecodable' },
    ],
    [
      'an empty file',
      async () => Buffer.alloc(0),
      422,
      'IMAGE_UNDECODABLE',
      { message_id: 'image.empty', message_values: { filename: 'picture.png' } },
    ],
    [
      'a truncated JPEG',
      async () => (await photo()).subarray(0, 1500),
      422,
      'IMAGE_UNDECODABLE',
      { message_id: 'mesh.image_undecodable' },
    ],
    [
      '8 by 8 pixels',
      () => plain(8, 8),
      422,
      'IMAGE_TOO_SMALL',
      { message_id: 'mesh.image_too_small', message_values: { width: 8, height: 8, min: 16 } },
    ],
    [
      'a thread of 20 by 4000 pixels',
      () => plain(4000, 20),
      422,
      'IMAGE_TOO_SMALL',
      { message_id: 'mesh.image_too_narrow', message_values: { width: 4000, height: 20, max: 100 } },
    ],
    [
      '10 000 by 10 000 pixels in a small file',
      () => plain(10_000, 10_000),
      422,
      'IMAGE_TOO_MANY_PIXELS',
      { message_id: 'mesh.image_too_many_pixels', message_values: { max: 64 } },
    ],
    ['nothing but transparency', () => clear(), 422, 'NO_FOREGROUND', { message_id: 'mesh.image_transparent' }],
  ])('%s', async (_, make, status, code, said) => {
    const refused = await problem(await post(uploadForm([['picture.png', await make()]])), status, code);
    expect(refused.errors).toEqual([{ code, detail: expect.any(String), ...said, filename: 'picture.png' }]);
    // Whatever the reason is, the sentence names the file, once.
    const reason = refused.errors?.[0]?.detail ?? '';
    expect(refused.detail).toBe(`picture.png${reason.replace(/^picture\.png|^/, (name) => (name === '' ? ': ' : ''))}`);
    const { message_id: id, message_values: values } = said as MessageRef;
    expect(refused.message_values).toMatchObject({ filename: 'picture.png', ...values });
    expect([refused.message_id, refused.message_values?.['fault_id']]).toContain(id);
  });
});

describe('an image is accepted if it is', () => {
  it.each([
    ['a CMYK JPEG', () => sharp(good).toColourspace('cmyk').jpeg().toBuffer()],
    ['a rotated JPEG', () => sharp(good).jpeg().withMetadata({ orientation: 6 }).toBuffer()],
    ['a 16-bit PNG', () => sharp(good).toColourspace('rgb16').png().toBuffer()],
    ['a grey PNG', () => sharp(good).toColourspace('b-w').png().toBuffer()],
    ['an AVIF', () => sharp(good).avif().toBuffer()],
    ['a lossless WebP', () => sharp(good).webp({ lossless: true }).toBuffer()],
  ])('%s', async (name, make) => {
    const { task_id, job_id } = await expectAccepted(await post(uploadForm([[name, await make()]])));
    await ended(refusals.server, task_id);
    await refusals.server.files.removePrefix(`jobs/${job_id}`);
  });
});

async function photo(): Promise<Buffer> {
  const noise = { type: 'gaussian', mean: 128, sigma: 60 } as const;
  return await sharp({ create: { width: 100, height: 100, channels: 3, background: 'white', noise } })
    .jpeg()
    .toBuffer();
}

async function clear(): Promise<Buffer> {
  return await sharp({ create: { width: 64, height: 64, channels: 4, background: '#ffffff00' } })
    .png()
    .toBuffer();
}
