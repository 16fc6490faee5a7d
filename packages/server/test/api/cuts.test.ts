/* oxlint-disable vitest/expect-expect -- `problem` expects */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { cutsSchema, message } from '@image2model/protocol';
import sharp from 'sharp';
import { beforeEach, describe, expect, it } from 'vitest';
import type { CutTask } from '../../src/cuts/cut-worker.ts';
import { createCutter } from '../../src/cuts/cutter.ts';
import type { Cutter } from '../../src/cuts/cutter.ts';
import { ApiError } from '../../src/http/errors.ts';
import { mask, maskedForm } from '../support/masks.ts';
import { picture, uploadForm } from '../support/server.ts';
import type { TestServer } from '../support/server.ts';
import { problem, start, storedJobs } from './support.ts';

let server: TestServer;

beforeEach(async () => {
  server = await start({ env: { API_KEYS: 'mine', RATE_LIMIT_PER_MINUTE: '100' } });
});

const by = (body: FormData, key = 'mine', signal?: AbortSignal): RequestInit => ({
  method: 'POST',
  body,
  headers: { authorization: `Bearer ${key}` },
  ...(signal && { signal }),
});
const cuts = async (form: FormData, key?: string): Promise<Response> => await server.ask('/api/v1/cuts', by(form, key));

function one(name: string, bytes: Uint8Array, field = 'file'): FormData {
  const form = new FormData();
  form.append(field, new Blob([Uint8Array.from(bytes)]), name);
  return form;
}

/** A dark disc before a light wall, lying on its side by its EXIF. */
async function photo(): Promise<Buffer> {
  const disc = Buffer.from(
    '<svg xmlns="http://www.w3.org/2000/svg" width="640" height="480"><circle cx="320" cy="240" r="150" fill="#246"/></svg>',
  );
  return await sharp({ create: { width: 640, height: 480, channels: 3, background: '#f2f0ec' } })
    .composite([{ input: disc }])
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer();
}

describe('cutting out', () => {
  it('gives candidates as small masks of the upright photo, best first, and stores nothing', async () => {
    const response = await cuts(one('../ball.jpg', await photo()));
    expect(response.headers.get('cache-control')).toBe('no-store');
    const { width, height, candidates } = cutsSchema.parse(await response.json());
    expect([width, height]).toEqual([480, 640]);
    expect(candidates.map(({ id }) => id)).toContain('relief');
    expect(candidates.map(({ id, method }) => id === method)).not.toContain(false);
    for (const { mask: address } of candidates) {
      const [, base64 = ''] = /^data:image\/png;base64,(.+)$/.exec(address) ?? [];
      const info = await sharp(Buffer.from(base64, 'base64')).metadata();
      expect([info.format, info.width, info.height]).toEqual(['png', 240, 320]);
    }
    // What is kept of the disc can be sent as a mask.
    const best = Buffer.from(candidates[0]?.mask.split(',')[1] ?? '', 'base64');
    const form = maskedForm([['ball.jpg', await photo()]], [['ball.mask.png', best]]);
    await problem(await server.ask('/api/v1/upload', by(form)), 400, 'MASK_UNSUPPORTED');
    expect(await storedJobs(server)).toEqual([]);
    expect(await readdir(join(server.dataDir, 'files/.incoming'))).toEqual([]);
  });

  it('shows likely shapes as small pictures, where they are asked for', async () => {
    const asked = async (query: string) => await server.ask(`/api/v1/cuts${query}`, by(one('a.jpg', await photo())));
    expect(cutsSchema.parse(await (await asked('?shapes=0')).json())).not.toHaveProperty('shapes');
    const { shapes = [] } = cutsSchema.parse(await (await asked('?shapes=1')).json());
    expect(shapes.length).toBeGreaterThan(1);
    expect(shapes.map(({ score }) => score)).toEqual(shapes.map(({ score }) => score).toSorted((a, b) => b - a));
    for (const { preview } of shapes) {
      const bytes = Buffer.from(/^data:image\/webp;base64,(.+)$/.exec(preview)?.[1] ?? '', 'base64');
      expect((await sharp(bytes).metadata()).format).toBe('webp');
    }
    await problem(await asked('?shapes=many'), 400, 'INVALID_REQUEST');
  });

  it('finds the shapes of what a mask keeps, and refuses one that does not fit', async () => {
    const asked = async (...masks: Uint8Array[]) => {
      const form = one('a.jpg', await photo());
      for (const bytes of masks) form.append('mask', new Blob([Uint8Array.from(bytes)]), 'drawn.png');
      return await server.ask('/api/v1/cuts?shapes=1', by(form));
    };
    const shapesOf = async (...masks: Uint8Array[]) => cutsSchema.parse(await (await asked(...masks)).json()).shapes;
    const whole = await sharp({ create: { width: 240, height: 320, channels: 3, background: '#fff' } })
      .png()
      .toBuffer();
    const box = await sharp({ create: { width: 240, height: 320, channels: 3, background: '#000' } })
      .composite([{ input: { create: { width: 120, height: 120, channels: 3, background: '#fff' } } }])
      .png()
      .toBuffer();
    const own = await shapesOf();
    expect(own?.length).toBeGreaterThan(1);
    // The whole picture becomes a relief, which has no shape.
    expect(await shapesOf(whole)).toEqual([]);
    expect((await shapesOf(box))?.[0]?.preview).not.toBe(own?.[0]?.preview);
    const wide = await sharp(whole).rotate(90).png().toBuffer();
    await problem(await asked(wide), 422, 'MASK_INVALID');
    await problem(await asked(Buffer.from('no mask')), 415, 'UNSUPPORTED_IMAGE_TYPE');
    const black = await sharp(whole).negate({ alpha: false }).png().toBuffer();
    const refused = await problem(await asked(black), 422, 'MASK_INVALID');
    expect(refused).toMatchObject({ message_id: 'mask.black', errors: [{ filename: 'drawn.png' }] });
    await problem(await asked(whole, whole), 400, 'TOO_MANY_FILES');
    expect(await readdir(join(server.dataDir, 'files/.incoming'))).toEqual([]);
  });

  it('takes the image in the field of an upload too', async () => {
    expect((await cuts(one('a.png', await picture(), 'files'))).status).toBe(200);
  });

  it('is refused without exactly one image, and as an upload is', async () => {
    const good = await picture();
    await problem(await cuts(new FormData()), 400, 'NO_FILES');
    const two = one('a.png', good);
    two.append('files', new Blob([Uint8Array.from(good)]), 'b.png');
    await problem(await cuts(two), 400, 'INVALID_REQUEST');
    const twice = one('a.png', good);
    twice.append('file', new Blob([Uint8Array.from(good)]), 'b.png');
    await problem(await cuts(twice), 400, 'INVALID_REQUEST');
    await problem(await cuts(one('a.png', good, 'masks')), 400, 'INVALID_REQUEST');
    const text = await problem(await cuts(one('a.png', Buffer.from('text'))), 415, 'UNSUPPORTED_IMAGE_TYPE');
    expect(text.errors).toMatchObject([{ code: 'UNSUPPORTED_IMAGE_TYPE', filename: 'a.png' }]);
    await problem(await cuts(one('a.png', Buffer.alloc(11 * 1024 * 1024, 1))), 413, 'FILE_TOO_LARGE');
    await problem(await cuts(one('a.png', await mask({ width: 8, height: 8 }))), 422, 'IMAGE_TOO_SMALL');
    const json = {
      method: 'POST',
      body: '{}',
      headers: { authorization: 'Bearer mine', 'content-type': 'application/json' },
    };
    await problem(await server.ask('/api/v1/cuts', json), 415, 'UNSUPPORTED_MEDIA_TYPE');
    expect(await readdir(join(server.dataDir, 'files/.incoming'))).toEqual([]);
  });

  it('needs a key, and counts as an upload', async () => {
    await problem(await cuts(one('a.png', await picture()), 'wrong'), 401, 'UNAUTHENTICATED');
    for (let count = 0; count < 10; count += 1) await (await cuts(new FormData())).text();
    await problem(await cuts(one('a.png', await picture())), 429, 'RATE_LIMITED');
    await problem(
      await server.ask('/api/v1/upload', by(uploadForm([['a.png', await picture()]]))),
      429,
      'RATE_LIMITED',
    );
  });
});

/** A thread's module that never ends, save with one path. */
const idle = new URL(
  `data:text/javascript,${encodeURIComponent("export default async ({ path }) => path === 'quick' ? {} : await new Promise(() => setInterval(() => undefined, 1000));")}`,
);

const mine = { owner: 'me', signal: new AbortController().signal };

describe('a cutter', () => {
  it('ends a thread whose client has gone, and takes the next', async () => {
    const cutter = createCutter({ concurrency: 1, worker: idle });
    const gone = new AbortController();
    const hanging = cutter.cut({ path: 'slow', shapes: false }, { owner: 'me', signal: gone.signal });
    gone.abort('gone');
    await expect(hanging).rejects.toBe('gone');
    expect(await cutter.cut({ path: 'quick', shapes: false }, mine)).toEqual({});
    await cutter.close();
  });

  it('refuses what would wait too long', async () => {
    const cutter = createCutter({ concurrency: 8, worker: idle });
    const waiting = Promise.allSettled(
      Array.from({ length: 32 }, () => cutter.cut({ path: 'slow', shapes: false }, mine)),
    );
    expect(() => cutter.requireRoom('me')).toThrow('Too many photos are being cut out right now.');
    await expect(cutter.cut({ path: 'quick', shapes: false }, mine)).rejects.toMatchObject({ code: 'QUEUE_FULL' });
    await cutter.close();
    expect((await waiting).every(({ status }) => status === 'rejected')).toBe(true);
  });

  it('shares its places among owners, and lets them take turns', async () => {
    const cutter = createCutter({ concurrency: 1, worker: idle });
    const begun = new AbortController();
    const cut = (path: string, signal = mine.signal, owner = 'me') =>
      cutter.cut({ path, shapes: false }, { owner, signal });
    const first = cut('slow', begun.signal);
    const waiting = Array.from({ length: 30 }, () => cut('quick'));
    // Another one takes the place of the newest.
    cutter.requireRoom('other');
    const other = cut('quick', mine.signal, 'other');
    await expect(waiting.pop()).rejects.toMatchObject({ code: 'RATE_LIMITED', retryAfterSeconds: 5 });
    await expect(cut('quick')).rejects.toMatchObject({ code: 'RATE_LIMITED', said: { id: 'error.key_cuts_busy' } });
    expect(() => cutter.requireRoom('me')).toThrow(ApiError);
    const ended: string[] = [];
    void waiting[1]?.then(() => ended.push('me'));
    void other.then(() => ended.push('other'));
    begun.abort('gone');
    await expect(first).rejects.toBe('gone');
    await Promise.all([...waiting, other]);
    expect(ended).toEqual(['other', 'me']);
    await cutter.close();
  });
});

it('leaves what a mask is to the thread that cuts out', async () => {
  const tasks: CutTask[] = [];
  const cutter: Cutter = {
    requireRoom: () => undefined,
    cut: async (task) => {
      tasks.push(task);
      return { cuts: { width: 1, height: 1, candidates: [] } };
    },
    close: () => Promise.resolve(),
  };
  server = await start({ cutter });
  const body = one('a.png', await picture());
  body.append('mask', new Blob(['no image']), '../drawn.png');
  expect((await server.ask('/api/v1/cuts', { method: 'POST', body })).status).toBe(200);
  expect(tasks).toMatchObject([{ mask: { filename: 'drawn.png' } }]);
  // A field that was left blank is no mask.
  const blank = one('a.png', await picture());
  blank.append('mask', new Blob([]), '');
  expect((await server.ask('/api/v1/cuts', { method: 'POST', body: blank })).status).toBe(200);
  expect(tasks[1]?.mask).toBeUndefined();
});

it('refuses what it has no room for before it looks at the image', async () => {
  const full = new ApiError('QUEUE_FULL', message('error.cuts_busy'));
  const cutter = { requireRoom: () => undefined, cut: () => Promise.reject(full), close: () => Promise.resolve() };
  server = await start({ cutter });
  const body = one('a.png', Buffer.from('text'));
  await problem(await server.ask('/api/v1/cuts', { method: 'POST', body }), 503, 'QUEUE_FULL');
  expect(await readdir(join(server.dataDir, 'files/.incoming'))).toEqual([]);
});

it('stops cutting out for a client that has gone', async () => {
  const cutter = createCutter({ concurrency: 1, worker: idle });
  server = await start({ cutter });
  const abort = new AbortController();
  const body = one('a.png', await picture());
  const asked = server.ask('/api/v1/cuts', { method: 'POST', body, signal: abort.signal }).catch(() => undefined);
  const incoming = join(server.dataDir, 'files/.incoming');
  await expect.poll(async () => await readdir(incoming).catch(() => [])).toHaveLength(1);
  abort.abort();
  await asked;
  await expect.poll(async () => await readdir(incoming)).toEqual([]);
  // The one thread is free again.
  expect(await cutter.cut({ path: 'quick', shapes: false }, mine)).toEqual({});
});
