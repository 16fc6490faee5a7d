/* oxlint-disable vitest/expect-expect, vitest/no-standalone-expect -- `problem` expects */
import { createHash } from 'node:crypto';
import { measureModel } from '@image2model/mesh';
import { downloadListSchema } from '@image2model/protocol';
import type { ModelFile, Upload } from '@image2model/protocol';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { picture, startTestServer, uploadForm } from '../support/server.ts';
import type { TestServer } from '../support/server.ts';
import { ended, expectAccepted, problem, send, upload } from './support.ts';

let server: TestServer;
let batch: Upload;
let model: ModelFile;
let url: string;
let whole: Buffer;

beforeAll(async () => {
  server = await startTestServer({ env: { RATE_LIMIT_PER_MINUTE: '10000' } });
  batch = await upload(server, ['Stühle & Tische.png', 'b.png']);
  await ended(server, batch.task_id);
  const list = downloadListSchema.parse(await (await server.ask(`/api/v1/download/${batch.job_id}/all`)).json());
  expect(list.download_urls).toHaveLength(2);
  [model] = list.files as [ModelFile];
  [url] = list.download_urls as [string];
  whole = Buffer.from(await (await server.ask(url)).arrayBuffer());
});

afterAll(async () => {
  await server.stop();
});

const get = async (headers: Record<string, string> = {}, method = 'GET'): Promise<Response> =>
  await server.ask(url, { headers, method });

describe('a model', () => {
  it('is what the list says it is', async () => {
    const response = await get();
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'model/gltf-binary',
      'content-length': String(model.size),
      'accept-ranges': 'bytes',
      etag: `"${model.sha256}"`,
      'x-content-type-options': 'nosniff',
      'content-disposition': `attachment; filename="St_hle & Tische.glb"; filename*=UTF-8''St%C3%BChle%20%26%20Tische.glb`,
    });
    expect(createHash('sha256').update(whole).digest('hex')).toBe(model.sha256);
    expect(whole.subarray(0, 4).toString()).toBe('glTF');
  });

  it('is told of by HEAD without being sent', async () => {
    const response = await get({}, 'HEAD');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-length')).toBe(String(model.size));
    expect(await response.text()).toBe('');
  });

  it('comes in parts', async () => {
    const size = model.size;
    for (const [range, start, end] of [
      ['bytes=0-3', 0, 3],
      ['bytes=4-', 4, size - 1],
      ['bytes=-5', size - 5, size - 1],
      [`bytes=-${size * 2}`, 0, size - 1],
      [`bytes=10-${size * 2}`, 10, size - 1],
    ] as const) {
      const response = await get({ range });
      expect(response.status, range).toBe(206);
      expect(response.headers.get('content-range')).toBe(`bytes ${start}-${end}/${size}`);
      expect(Buffer.from(await response.arrayBuffer())).toEqual(whole.subarray(start, end + 1));
    }
  });

  it('comes whole where the range is none that counts', async () => {
    for (const range of ['bytes=5-2', 'bytes=', 'bytes=-', 'bytes=a-b', 'lines=0-3', 'bytes=0-1,3-4']) {
      const response = await get({ range });
      expect(response.status, range).toBe(200);
      expect((await response.arrayBuffer()).byteLength).toBe(model.size);
    }
  });

  it('has no part beyond its end', async () => {
    for (const range of [`bytes=${model.size}-`, 'bytes=99999999999999-', 'bytes=-0']) {
      const response = await get({ range });
      expect(response.headers.get('content-range')).toBe(`bytes */${model.size}`);
      await problem(response, 416, 'RANGE_NOT_SATISFIABLE');
    }
  });

  it('is not sent again to whoever has it', async () => {
    const etag = `"${model.sha256}"`;
    for (const value of [etag, `"other", ${etag}`, `W/${etag}`, '*']) {
      const response = await get({ 'if-none-match': value });
      expect(response.status, value).toBe(304);
      expect(response.headers.get('etag')).toBe(etag);
      expect(await response.text()).toBe('');
    }
    expect((await get({ 'if-none-match': '"other"' })).status).toBe(200);
  });

  it('comes in part only where it is still the same', async () => {
    const part = { range: 'bytes=0-3' };
    const modified = (await get()).headers.get('last-modified') ?? '';
    expect((await get({ ...part, 'if-range': `"${model.sha256}"` })).status).toBe(206);
    expect((await get({ ...part, 'if-range': modified })).status).toBe(206);
    for (const other of ['"other"', `W/"${model.sha256}"`, 'Mon, 01 Jan 2001 00:00:00 GMT', 'nonsense']) {
      expect((await get({ ...part, 'if-range': other })).status, other).toBe(200);
    }
  });

  it('is found by its own name alone', async () => {
    for (const name of ['c.glb', '..%2f..%2fimage2model.db', 'b.png', 'B.glb', '%00', `${'x'.repeat(400)}.glb`]) {
      await problem(await server.ask(`/api/v1/download/${batch.job_id}/${name}`), 404, 'FILE_NOT_FOUND');
    }
    await problem(await server.ask(`${url}?format=fbx`), 400, 'INVALID_REQUEST');
  });
});

describe('a model in another format', () => {
  it.each([
    ['stl', 'model/stl'],
    ['ply', 'application/octet-stream'],
    ['obj', 'application/zip'],
    ['usdz', 'model/vnd.usdz+zip'],
    ['3mf', 'model/3mf'],
  ])('comes as %s, whole and in parts', async (format, type) => {
    const response = await server.ask(`${url}?format=${format}`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe(type);
    expect(response.headers.get('content-disposition')).toMatch(/filename="St_hle & Tische\.(stl|ply|zip|usdz|3mf)"/);
    expect(response.headers.get('etag')).toBe(`"${model.sha256}-${format}-default-default"`);
    const converted = Buffer.from(await response.arrayBuffer());
    expect(String(converted.length)).toBe(response.headers.get('content-length'));
    const digest = createHash('sha256').update(converted).digest('base64');
    expect(response.headers.get('repr-digest')).toBe(`sha-256=:${digest}:`);
    const part = await server.ask(`${url}?format=${format}`, { headers: { range: 'bytes=2-5' } });
    expect(part.status).toBe(206);
    expect(Buffer.from(await part.arrayBuffer())).toEqual(converted.subarray(2, 6));
  });
});

describe('a model at another size', () => {
  const bytesOf = async (query: string) => Buffer.from(await (await server.ask(`${url}?${query}`)).arrayBuffer());
  const boxOf = async (query: string) => stlBox(await bytesOf(`format=stl&${query}`));

  it('is as long as is asked for, and 100 mm for printing where nothing is', async () => {
    const longest = async (query: string) => Math.max(...(await boxOf(query)).sides);
    expect(await longest('')).toBeCloseTo(100, 3);
    expect(await longest('size_mm=62.5')).toBeCloseTo(62.5, 3);
    expect(await longest('size_mm=100000')).toBeCloseTo(100_000, 0);
    const { width, height, depth } = await measureModel(await bytesOf('size_mm=40'));
    expect(Math.max(width, height, depth)).toBeCloseTo(0.04, 6);
  });

  it('has its origin where it is asked for', async () => {
    expect((await boxOf('')).low[2]).toBeCloseTo(0, 4);
    expect((await boxOf('origin=bottom')).low[2]).toBeCloseTo(0, 4);
    const { low, sides } = await boxOf('origin=center&size_mm=50');
    for (const axis of [0, 1, 2]) expect(low[axis]).toBeCloseTo(-sides[axis]! / 2, 4);
  });

  it('is another file for a cache at each size, origin and format', async () => {
    const queries = ['', 'size_mm=50', 'size_mm=50.5', 'size_mm=50&origin=center', 'origin=center'];
    const asked = queries.flatMap((query) => [query, `${query}&format=stl`, `${query}&format=3mf`]);
    const tags = new Map<string, string>();
    for (const query of asked) {
      const etag = (await server.ask(`${url}?${query}`, { method: 'HEAD' })).headers.get('etag') ?? '';
      tags.set(etag, query);
      const headers = { 'if-none-match': etag };
      expect((await server.ask(`${url}?${query}`, { headers })).status).toBe(304);
    }
    expect(tags.size).toBe(asked.length);
    expect(tags.get(`"${model.sha256}"`)).toBe('');
  });

  it.each([
    ['size_mm=0', 'size_mm'],
    ['size_mm=', 'size_mm'],
    ['size_mm=-5', 'size_mm'],
    ['size_mm=0.5', 'size_mm'],
    ['size_mm=1e9', 'size_mm'],
    ['size_mm=NaN', 'size_mm'],
    ['size_mm=Infinity', 'size_mm'],
    ['size_mm=large', 'size_mm'],
    ['size_mm=10&size_mm=20', 'size_mm'],
    ['origin=top', 'origin'],
    ['origin=', 'origin'],
    ['format=fbx', 'format'],
  ])('is refused for %s, with what would be right', async (query, field) => {
    for (const address of [url, `/api/v1/download/${batch.job_id}/archive`]) {
      const said = await problem(await server.ask(`${address}?${query}`), 400, 'INVALID_REQUEST');
      expect(said.errors?.map((item) => item.field)).toEqual([field]);
      expect(said.detail).toMatch(
        { size_mm: /millimetres from 1 to 100000/, origin: /bottom, center/, format: /glb, .*3mf/ }[field] ?? /^$/,
      );
    }
  });
});

describe('beside the model', () => {
  it('there is its preview picture', async () => {
    const response = await server.ask(model.rendered_image?.url ?? '');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('image/webp');
    expect(response.headers.get('content-disposition')).toMatch(/^inline; /);
  });

  it('there is the photo as it was uploaded', async () => {
    const path = `/api/v1/download/${batch.job_id}/photos/${model.file_id}`;
    const response = await server.ask(path);
    expect(response.headers.get('content-type')).toBe('image/png');
    const sent = await picture();
    expect(Buffer.from(await response.arrayBuffer())).toEqual(sent);
    expect(response.headers.get('etag')).toBe(`"${createHash('sha256').update(sent).digest('hex')}"`);
    const none = `/api/v1/download/${batch.job_id}/photos/${crypto.randomUUID()}`;
    await problem(await server.ask(none), 404, 'FILE_NOT_FOUND');
  });

  it('there is the photo made small and upright, kept once it has been asked for', async () => {
    const lying = await sharp({ create: { width: 1600, height: 800, channels: 3, background: '#a52' } })
      .composite([
        {
          input: await sharp(await picture())
            .resize(300, 300)
            .toBuffer(),
        },
      ])
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    const { job_id, uploaded_files } = await expectAccepted(await send(server, uploadForm([['Löwe.jpg', lying]])));
    const path = `/api/v1/download/${job_id}/photos/${uploaded_files[0]?.file_id}?size=small`;
    const answers = await Promise.all([server.ask(path), server.ask(path)]);
    const [first, second] = await Promise.all(answers.map(async (answer) => Buffer.from(await answer.arrayBuffer())));
    expect(await sharp(first).metadata()).toMatchObject({ format: 'webp', width: 256, height: 512 });
    expect(second).toEqual(first);
    const [{ headers }] = answers;
    expect(headers.get('content-type')).toBe('image/webp');
    expect(headers.get('content-disposition')).toContain("filename*=UTF-8''L%C3%B6we.webp");
    const etag = headers.get('etag') ?? '';
    expect((await server.ask(path, { headers: { 'if-none-match': etag } })).status).toBe(304);
    expect(Buffer.from(await (await server.ask(path)).arrayBuffer())).toEqual(first);
    expect((await server.ask(path, { method: 'HEAD' })).headers.get('content-length')).toBe(String(first?.length));
    await problem(await server.ask(path.replace('small', 'huge')), 400, 'INVALID_REQUEST');
    await server.ask(`/api/v1/jobs/${job_id}`, { method: 'DELETE' });
    await problem(await server.ask(path), 404, 'JOB_NOT_FOUND');
  });

  it('there is a ZIP of everything', async () => {
    const response = await server.ask(`/api/v1/download/${batch.job_id}/archive`);
    expect(response.headers.get('content-type')).toBe('application/zip');
    expect(response.headers.get('content-disposition')).toContain(`image2model-${batch.job_id}.zip`);
    const zip = Buffer.from(await response.arrayBuffer());
    expect(entries(zip)).toEqual(['Stühle & Tische.glb', 'Stühle & Tische.webp', 'b.glb', 'b.webp']);
    // Stored as it is, so that it can be found in there as it is.
    expect(zip.includes(whole)).toBe(true);
  });

  it('there is a ZIP of everything in another format and size', async () => {
    const response = await server.ask(`/api/v1/download/${batch.job_id}/archive?format=stl&size_mm=80`);
    const zip = Buffer.from(await response.arrayBuffer());
    expect(entries(zip)).toEqual(['Stühle & Tische.stl', 'Stühle & Tische.webp', 'b.stl', 'b.webp']);
    const stl = Buffer.from(await (await server.ask(`${url}?format=stl&size_mm=80`)).arrayBuffer());
    expect(zip.includes(stl)).toBe(true);
    const ofObj = await server.ask(`/api/v1/download/${batch.job_id}/archive?format=obj`);
    const inner = Buffer.from(await ofObj.arrayBuffer());
    expect(entries(inner).filter((name) => name.endsWith('.zip'))).toEqual(['Stühle & Tische.zip', 'b.zip']);
    // Several are unpacked side by side.
    for (const name of ['Stühle_&_Tische.obj', 'Stühle_&_Tische.mtl', 'b.obj', 'b.mtl'])
      expect(inner.includes(name)).toBe(true);
    const sized = await server.ask(`/api/v1/download/${batch.job_id}/archive?size_mm=80`);
    expect(entries(Buffer.from(await sized.arrayBuffer()))[0]).toBe('Stühle & Tische.glb');
  });
});

/** The box of a binary STL. */
function stlBox(stl: Buffer): { low: number[]; sides: number[] } {
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  for (let face = 84; face < stl.length; face += 50) {
    for (let i = 0; i < 9; i += 1) {
      const value = stl.readFloatLE(face + 12 + 4 * i);
      low[i % 3] = Math.min(low[i % 3]!, value);
      high[i % 3] = Math.max(high[i % 3]!, value);
    }
  }
  return { low, sides: high.map((value, axis) => value - low[axis]!) };
}

/** Names in the central directory of a ZIP (APPNOTE 4.3.12). */
function entries(zip: Buffer): string[] {
  const names: string[] = [];
  const end = zip.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
  let at = zip.readUInt32LE(end + 16);
  for (let count = zip.readUInt16LE(end + 10); count > 0; count -= 1) {
    const length = zip.readUInt16LE(at + 28);
    names.push(zip.toString('utf8', at + 46, at + 46 + length));
    at += 46 + length + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return names;
}
