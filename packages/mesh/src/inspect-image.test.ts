import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import type { Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { disc, draw, noise } from '../test/pictures.ts';
import { generateModel, ImageError, inspectImage } from './index.ts';

describe('inspectImage', () => {
  it('reads type and upright size from the content', async () => {
    const png = await draw(60, 40, '', '#456');
    const jpeg = await sharp(png).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    const webp = await sharp(png).webp().toBuffer();
    const avif = await sharp(png).avif().toBuffer();
    expect(await inspectImage(png)).toEqual({ format: 'png', contentType: 'image/png', width: 60, height: 40 });
    expect(await inspectImage(jpeg)).toEqual({ format: 'jpeg', contentType: 'image/jpeg', width: 40, height: 60 });
    expect(await inspectImage(avif)).toEqual({ format: 'avif', contentType: 'image/avif', width: 60, height: 40 });
    expect(await inspectImage(webp)).toEqual({ format: 'webp', contentType: 'image/webp', width: 60, height: 40 });
  });

  it('reads a file by its path, whatever its name says', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'inspect-'));
    try {
      await writeFile(join(folder, 'photo.gif'), await disc(50, 20));
      await writeFile(join(folder, 'text.png'), 'not a picture');
      expect(await inspectImage(join(folder, 'photo.gif'))).toMatchObject({ format: 'png' });
      await expect(inspectImage(join(folder, 'text.png'))).rejects.toMatchObject({ code: 'UNSUPPORTED_IMAGE_TYPE' });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('accepts CMYK, grey, 16-bit and palette pictures, and so does the generator', async () => {
    const png = await draw(120, 100, '<circle cx="60" cy="50" r="35" fill="#c60"/>', '#fff');
    const transparent = await disc(100, 40);
    const accepted = {
      cmyk: await sharp(png).toColourspace('cmyk').jpeg().toBuffer(),
      grey: await sharp(png).greyscale().png().toBuffer(),
      'grey with alpha': await sharp(transparent).toColourspace('b-w').png().toBuffer(),
      '16-bit': await sharp(png).toColourspace('rgb16').png().toBuffer(),
      palette: await sharp(png).png({ palette: true }).toBuffer(),
      webp: await sharp(transparent).webp({ lossless: true }).toBuffer(),
      avif: await sharp(transparent).avif({ quality: 80 }).toBuffer(),
      rotated: await sharp(png).withMetadata({ orientation: 8 }).jpeg().toBuffer(),
    };
    for (const [name, picture] of Object.entries(accepted)) {
      await inspectImage(picture);
      const { statistics } = await generateModel(picture, { faceLimit: 500 });
      expect(statistics.method, name).not.toBe('relief');
      expect(statistics.cut?.score, name).toBeGreaterThan(0.93);
      expect(statistics.width / statistics.height, name).toBeCloseTo(1, 1);
    }
  });

  it('turns a picture upright', async () => {
    const tall = await draw(60, 240, '<rect x="10" y="10" width="40" height="220" fill="#b20"/>', '#fff');
    const sideways = await sharp(tall).rotate(90).withMetadata({ orientation: 8 }).jpeg().toBuffer();
    const { statistics } = await generateModel(sideways);
    expect(statistics.height).toBeGreaterThan(4 * statistics.width);
  });

  it('keeps the colours of 16-bit and CMYK pictures', async () => {
    const png = await draw(64, 64, '<circle cx="32" cy="32" r="26" fill="#d08030"/>', '#fff');
    const deep = await sharp(png).toColourspace('rgb16').png().toBuffer();
    const { preview } = await generateModel(deep, { faceLimit: 500 });
    const { data } = await sharp(preview).raw().toBuffer({ resolveWithObject: true });
    const at = 4 * (256 * 512 + 256);
    expect(data[at]!).toBeGreaterThan(data[at + 1]! + 30);
    expect(data[at + 1]!).toBeGreaterThan(data[at + 2]! + 30);
  });

  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><rect width="40" height="40"/></svg>';
  const rejected: [string, string, () => Promise<Uint8Array>][] = [
    ['an empty file', 'IMAGE_UNDECODABLE', async () => new Uint8Array()],
    ['text', 'UNSUPPORTED_IMAGE_TYPE', async () => new TextEncoder().encode('hello, I am called photo.png')],
    ['SVG, which the decoder knows', 'UNSUPPORTED_IMAGE_TYPE', async () => new TextEncoder().encode(svg)],
    ['GIF', 'UNSUPPORTED_IMAGE_TYPE', () => encoded(disc(50, 20), 'gif')],
    ['TIFF', 'UNSUPPORTED_IMAGE_TYPE', () => encoded(disc(50, 20), 'tiff')],
    ['HEIC', 'UNSUPPORTED_IMAGE_TYPE', async () => heicHeader()],
    ['a truncated JPEG', 'IMAGE_UNDECODABLE', async () => half(await encoded(noise(400, 300), 'jpeg'))],
    ['a truncated PNG', 'IMAGE_UNDECODABLE', async () => half(await noise(400, 300))],
    ['a truncated WebP', 'IMAGE_UNDECODABLE', async () => half(await encoded(noise(400, 300), 'webp'))],
    ['a truncated AVIF', 'IMAGE_UNDECODABLE', async () => half(await encoded(noise(400, 300), 'avif'))],
    ['an AVIF of 15 pixels', 'IMAGE_TOO_SMALL', () => encoded(draw(15, 60, '', '#456'), 'avif')],
    ['a header and nothing else', 'IMAGE_UNDECODABLE', async () => (await disc(50, 20)).slice(0, 33)],
    ['20 000 × 20 000 pixels in a small file', 'IMAGE_TOO_MANY_PIXELS', async () => hugePng(20_000)],
    ['15 pixels', 'IMAGE_TOO_SMALL', async () => draw(15, 60, '', '#456')],
    ['a strip thinner than 1:100', 'IMAGE_TOO_SMALL', async () => draw(2000, 19, '', '#456')],
    ['a fully transparent picture', 'NO_FOREGROUND', async () => draw(64, 64, '')],
  ];

  it.each(rejected)('rejects %s as %s, in a sentence, and so does the generator', async (_, code, make) => {
    const image = await make();
    for (const judge of [(bytes: Uint8Array) => inspectImage(bytes), (bytes: Uint8Array) => generateModel(bytes)]) {
      const error = await judge(image).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(ImageError);
      expect(error).toMatchObject({ code, message: expect.stringMatching(/^[A-Z].*\.$/) });
      expect(error).toMatchObject({ id: expect.stringMatching(/^mesh\./) });
    }
  });

  it('rejects too many pixels within milliseconds', async () => {
    const image = hugePng(20_000);
    const started = performance.now();
    await expect(inspectImage(image)).rejects.toThrow(/64 megapixels/);
    expect(performance.now() - started).toBeLessThan(500);
  });

  it('names the formats to use instead of HEIC', async () => {
    await expect(inspectImage(heicHeader())).rejects.toThrow(/HEIC.*JPEG/);
  });
});

async function encoded(picture: Promise<Uint8Array>, format: Parameters<Sharp['toFormat']>[0]): Promise<Uint8Array> {
  return sharp(await picture)
    .toFormat(format)
    .toBuffer();
}

function half(bytes: Uint8Array): Uint8Array {
  return bytes.slice(0, bytes.length >> 1);
}

/** A PNG with a huge size in its header and a single data chunk: a megabyte of zeros, deflated. */
function hugePng(side: number): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.set([8, 0, 0, 0, 0], 8);
  const chunks = [
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(1_000_000))),
    chunk('IEND', Buffer.alloc(0)),
  ];
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), ...chunks]);
}

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const result = Buffer.alloc(body.length + 8);
  result.writeUInt32BE(data.length, 0);
  result.set(body, 4);
  result.writeUInt32BE(crc32(body), body.length + 4);
  return result;
}

/** The beginning of a phone's HEIC. */
function heicHeader(): Uint8Array {
  const box = Buffer.alloc(512);
  box.writeUInt32BE(24, 0);
  box.write('ftypheic\0\0\0\0mif1heic', 4, 'latin1');
  return box;
}
