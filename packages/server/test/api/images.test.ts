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

  it.each([
    ['a text called .png', async () => Buffer.from('I am not a picture'), 415, 'UNSUPPORTED_IMAGE_TYPE'],
    ['an SVG, which the decoder would accept', async () => svg, 415, 'UNSUPPORTED_IMAGE_TYPE'],
    ['a GIF', () => sharp(svg).gif().toBuffer(), 415, 'UNSUPPORTED_IMAGE_TYPE'],
    ['a TIFF', () => sharp(svg).tiff().toBuffer(), 415, 'UNSUPPORTED_IMAGE_TYPE'],
    ['an AVIF', () => sharp(svg).avif().toBuffer(), 415, 'UNSUPPORTED_IMAGE_TYPE'],
    ['an empty file', async () => Buffer.alloc(0), 422, 'IMAGE_UNDECODABLE'],
    ['a truncated JPEG', async () => (await photo()).subarray(0, 1500), 422, 'IMAGE_UNDECODABLE'],
    ['8 by 8 pixels', () => plain(8, 8), 422, 'IMAGE_TOO_SMALL'],
    ['a thread of 20 by 4000 pixels', () => plain(4000, 20), 422, 'IMAGE_TOO_SMALL'],
    ['10 000 by 10 000 pixels in a small file', () => plain(10_000, 10_000), 422, 'IMAGE_TOO_MANY_PIXELS'],
    ['nothing but transparency', () => clear(), 422, 'NO_FOREGROUND'],
  ])('%s', async (_, make, status, code) => {
    const bytes = await make();
    const refused = await problem(await post(uploadForm([['picture.png', bytes]])), status, code);
    expect(refused.errors).toHaveLength(1);
    // What other languages are made from stands beside it.
    const { message_id: _id, message_values: _values, ...said } = refused.errors?.[0] ?? {};
    expect(said).toEqual({ code, detail: refused.detail, filename: 'picture.png' });
  });
});

describe('an image is accepted if it is', () => {
  it.each([
    ['a CMYK JPEG', () => sharp(good).toColourspace('cmyk').jpeg().toBuffer()],
    ['a rotated JPEG', () => sharp(good).jpeg().withMetadata({ orientation: 6 }).toBuffer()],
    ['a 16-bit PNG', () => sharp(good).toColourspace('rgb16').png().toBuffer()],
    ['a grey PNG', () => sharp(good).toColourspace('b-w').png().toBuffer()],
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
