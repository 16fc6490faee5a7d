/* oxlint-disable vitest/expect-expect, vitest/no-standalone-expect -- `problem` expects, and what must hold after each test is said once */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { picture, startTestServer, uploadForm } from '../support/server.ts';
import type { TestServer } from '../support/server.ts';
import { ended, problem, upload } from './support.ts';

let server: TestServer;
let good: Buffer;

beforeAll(async () => {
  server = await startTestServer({ env: { RATE_LIMIT_PER_MINUTE: '10000' } });
  good = await picture();
});

afterEach(async () => {
  // Nothing of what was refused is kept, and the server goes on.
  expect(await readdir(join(server.dataDir, 'files'))).toEqual(['.incoming']);
  expect(await readdir(join(server.dataDir, 'files', '.incoming'))).toEqual([]);
  expect(await server.engine.counts()).toEqual({ waiting: 0, running: 0 });
  expect((await server.ask('/api/v1/health')).status).toBe(200);
});

afterAll(async () => {
  const accepted = await upload(server);
  expect((await ended(server, accepted.task_id)).status).toBe('completed');
  await server.stop();
});

const post = async (form: FormData): Promise<Response> =>
  await server.ask('/api/v1/upload/', { method: 'POST', body: form });

const plain = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: 'white' }, limitInputPixels: false })
    .png()
    .toBuffer();

describe('what is not an image we take', () => {
  const svg = Buffer.from(
    '<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><rect width="64" height="64"/></svg>',
  );

  it.each([
    ['a text called .png', async () => Buffer.from('I am not a picture'), 415, 'UNSUPPORTED_IMAGE_TYPE'],
    ['an SVG, which the decoder would take', async () => svg, 415, 'UNSUPPORTED_IMAGE_TYPE'],
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
    expect(refused.errors).toEqual([{ code, detail: refused.detail, filename: 'picture.png' }]);
  });
});

describe('images of all the kinds that cameras and scanners make', () => {
  it.each([
    ['CMYK JPEG', () => sharp(good).toColourspace('cmyk').jpeg().toBuffer()],
    ['a rotated JPEG', () => sharp(good).jpeg().withMetadata({ orientation: 6 }).toBuffer()],
    ['16-bit PNG', () => sharp(good).toColourspace('rgb16').png().toBuffer()],
    ['grey PNG', () => sharp(good).toColourspace('b-w').png().toBuffer()],
    ['lossless WebP', () => sharp(good).webp({ lossless: true }).toBuffer()],
  ])('%s is taken', async (name, make) => {
    const response = await post(uploadForm([[name, await make()]]));
    expect(response.status).toBe(200);
    const { task_id, job_id } = (await response.json()) as { task_id: string; job_id: string };
    await ended(server, task_id);
    await server.files.removePrefix(`jobs/${job_id}`);
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
