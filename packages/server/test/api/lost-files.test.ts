/* oxlint-disable vitest/expect-expect, vitest/no-standalone-expect -- `problem` expects */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { downloadListSchema, jobSchema } from '@image2model/protocol';
import type { Job, ModelFile, Upload } from '@image2model/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Model } from '../../src/models/contract.ts';
import { ModelError } from '../../src/models/errors.ts';
import { picture, uploadForm } from '../support/server.ts';
import type { TestServer } from '../support/server.ts';
import { createTriangleModel } from '../support/triangle-model.ts';
import { ended, expectAccepted, json, problem, send, start, upload } from './support.ts';

let server: TestServer;
let batch: Upload;
/** How often a photo was worked on, by its name; the bytes of what is made of it depend on it. */
let made: Map<string, number>;
let fails: boolean;

const triangle = createTriangleModel();
/** Makes another model each time, with a preview and a file beside it. */
const changing: Model = {
  ...triangle,
  reusable: true,
  async generate(input, options, context) {
    if (fails) throw new ModelError('NO_FOREGROUND', { text: 'Nothing is to be seen.' });
    const [{ filename }] = input.pictures;
    const times = (made.get(filename) ?? 0) + 1;
    made.set(filename, times);
    const generated = await triangle.generate(input, options, context);
    const glb = Buffer.from(generated.glb);
    // The last coordinate of the triangle.
    glb.writeFloatLE(times / 100, glb.length - 4);
    const bytes = Buffer.from(`extra ${filename} ${times}`);
    return { ...generated, glb, extras: [{ name: 'base', extension: 'txt', contentType: 'text/plain', bytes }] };
  },
};

beforeEach(async () => {
  made = new Map();
  fails = false;
  server = await start({ model: changing, env: { RATE_LIMIT_PER_MINUTE: '10000' } });
  batch = await upload(server, ['a.png', 'b.png']);
  await ended(server, batch.task_id);
});

const job = async (): Promise<Job> => jobSchema.parse(await (await server.ask(`/api/v1/jobs/${batch.job_id}`)).json());
const listed = async (): Promise<ModelFile[]> =>
  downloadListSchema.parse(await (await server.ask(`/api/v1/download/${batch.job_id}/all`)).json()).files;
const download = async (name: string, init?: RequestInit): Promise<Response> =>
  await server.ask(`/api/v1/download/${batch.job_id}/${name}`, init);
const retry = async (): Promise<Response> => await server.ask(`/api/v1/jobs/${batch.job_id}/retry`, json('POST', {}));

/** The path of what a model left of the file with this place in the upload, by how its name ends. */
async function pathOf(index: number, ending: string): Promise<string> {
  const directory = join(server.dataDir, 'files/jobs', batch.job_id, ending === '' ? 'images' : 'models');
  const id = batch.uploaded_files[index]?.file_id ?? '';
  const names = await readdir(directory);
  return join(directory, names.find((name) => name.startsWith(id) && name.endsWith(ending)) ?? 'none');
}

const harms: [string, (path: string) => Promise<void>][] = [
  ['deleted', async (path) => await rm(path)],
  ['emptied', async (path) => await truncate(path, 0)],
  ['cut short', async (path) => await truncate(path, (await stat(path)).size - 1)],
  ['longer', async (path) => await writeFile(path, '!', { flag: 'a' })],
  ['changed in one byte, its times set back', flip],
];

async function flip(path: string): Promise<void> {
  const { atime, mtime } = await stat(path);
  const bytes = await readFile(path);
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  await writeFile(path, bytes);
  await utimes(path, atime, mtime);
}

/** Names in the central directory of a ZIP (APPNOTE 4.3.12). */
function entriesOf(zip: Buffer): string[] {
  const names: string[] = [];
  for (let at = zip.indexOf('PK\x01\x02'); at >= 0; at = zip.indexOf('PK\x01\x02', at + 46)) {
    names.push(zip.subarray(at + 46, at + 46 + zip.readUInt16LE(at + 28)).toString());
  }
  return names;
}

// Promised: A file that is lost, cut short or changed is never served: its address answers 410 `FILE_LOST`.
// Promised: A lost model is named wherever it is listed, and the archive carries the others.
// Promised: A retry makes a lost model again.
describe.each(harms)('a model that is %s on the disk', (_, harm) => {
  it('is never served, is named where it is listed, and is made again', async () => {
    const { etag } = Object.fromEntries((await download('a.glb')).headers) as { etag: string };
    await harm(await pathOf(0, 'glb'));

    const said = 'a.glb is missing or damaged on the server. Retry the job to make it again.';
    for (const init of [{}, { headers: { range: 'bytes=0-3' } }, { headers: { 'if-none-match': etag } }]) {
      expect((await problem(await download('a.glb', init), 410, 'FILE_LOST')).detail).toBe(said);
    }
    expect((await download('a.glb', { method: 'HEAD' })).status).toBe(410);
    await problem(await download('a.glb?format=obj'), 410, 'FILE_LOST');
    for (const name of ['a.webp', 'a-base.txt', 'b.glb']) expect((await download(name)).status, name).toBe(200);

    const marked = {
      missing: true,
      message: said,
      message_id: 'error.file_lost',
      message_values: { filename: 'a.glb' },
    };
    const [first, second] = await listed();
    expect(first).toMatchObject(marked);
    expect(second).not.toHaveProperty('missing');
    expect((await job()).files[0]?.result).toMatchObject(marked);
    const zip = Buffer.from(await (await download('archive')).arrayBuffer());
    expect(entriesOf(zip)).toEqual(['a.webp', 'a-base.txt', 'b.glb', 'b.webp', 'b-base.txt', 'MISSING.txt']);
    expect(zip.toString()).toContain('\r\na.glb\r\n');

    const { task_id: again } = (await (await retry()).json()) as { task_id: string };
    const task = await ended(server, again);
    expect(task).toMatchObject({ status: 'completed', total_files: 1, files: [{ filename: 'a.png' }] });
    const [remade] = await listed();
    expect(remade).not.toHaveProperty('missing');
    const whole = await download('a.glb');
    const bytes = Buffer.from(await whole.arrayBuffer());
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    expect(whole.headers.get('etag')).toBe(`"${sha256}"`);
    expect(remade?.sha256).toBe(sha256);
    // Nobody is told that the bytes of before are still the same.
    expect((await download('a.glb', { headers: { 'if-none-match': etag } })).status).toBe(200);
    expect((await download('a.glb', { headers: { range: 'bytes=0-3', 'if-range': etag } })).status).toBe(200);
    expect((await download('a.glb', { headers: { range: 'bytes=0-3', 'if-range': `"${sha256}"` } })).status).toBe(206);
    await problem(await retry(), 409, 'NOTHING_TO_RETRY');
    // What was left of the lost one goes.
    await expect
      .poll(async () => await readdir(join(server.dataDir, 'files/jobs', batch.job_id, 'models')))
      .toHaveLength(6);
  });
});

// Promised: A file that is lost, cut short or changed is never served: its address answers 410 `FILE_LOST`.
describe('beside a model', () => {
  it.each([
    ['webp', 'a.webp'],
    ['extra-0', 'a-base.txt'],
  ])('a lost %s is named, and made again with it', async (ending, name) => {
    await flip(await pathOf(0, ending));
    expect((await problem(await download(name), 410, 'FILE_LOST')).detail).toContain(name);
    expect((await download('a.glb')).status).toBe(200);
    const [entry] = await listed();
    expect(entry).not.toHaveProperty('missing');
    expect(entry?.message_values).toEqual({ filename: name });
    const part = ending === 'webp' ? entry?.rendered_image : entry?.extra_files?.[0];
    expect(part).toMatchObject({ missing: true });

    // What is left of it is there until it is made again, also where that fails.
    fails = true;
    const first = (await (await retry()).json()) as { task_id: string };
    expect(await ended(server, first.task_id)).toMatchObject({ status: 'failed' });
    expect((await job()).files[0]).toMatchObject({ status: 'failed', result: { filename: 'a.glb' } });
    expect((await download('a.glb')).status).toBe(200);
    fails = false;
    const second = (await (await retry()).json()) as { task_id: string };
    expect(await ended(server, second.task_id)).toMatchObject({ status: 'completed' });
    expect((await download(name)).status).toBe(200);
    expect((await job()).files[0]).toMatchObject({ status: 'completed', result: { filename: 'a.glb' } });
  });
});

describe('a lost photo', () => {
  const photo = (query = ''): string => `photos/${batch.uploaded_files[0]?.file_id}${query}`;

  // Promised: A file that is lost, cut short or changed is never served: its address answers 410 `FILE_LOST`.
  it.each(harms)('that is %s is not served, and nothing is made of it', async (_, harm) => {
    expect((await download(photo('?size=small'))).status).toBe(200);
    await harm(await pathOf(0, ''));
    for (const query of ['', '?size=small']) {
      const { detail } = await problem(await download(photo(query)), 410, 'FILE_LOST');
      expect(detail).toBe('a.png is missing or damaged on the server. Upload the photo again.');
    }
    // Its model is there: nothing has to be made.
    await problem(await retry(), 409, 'NOTHING_TO_RETRY');
    await rm(await pathOf(0, 'glb'));
    expect((await problem(await retry(), 410, 'FILE_LOST')).detail).toContain('a.png');
    // The others of the job are made again all the same.
    await rm(await pathOf(1, 'glb'));
    const { task_id: again } = (await (await retry()).json()) as { task_id: string };
    expect(await ended(server, again)).toMatchObject({ total_files: 1, files: [{ filename: 'b.png' }] });
  });

  /** How the second of two photos ends that is harmed while the first is worked on. */
  async function endOfHarmed(harm: (path: string) => Promise<void>): Promise<unknown> {
    const held = Promise.withResolvers<void>();
    const slow = await start({
      model: createTriangleModel({ before: async () => await held.promise }),
      env: { WORKER_CONCURRENCY: '1' },
    });
    const sent = await upload(slow, ['first.png', 'second.png']);
    await harm(join(slow.dataDir, 'files/jobs', sent.job_id, 'images', sent.uploaded_files[1]?.file_id ?? ''));
    held.resolve();
    const task = await ended(slow, sent.task_id);
    return task.files.find(({ filename }) => filename === 'second.png');
  }

  it('that is there and cannot be read is tried again, and says why in the end', async () => {
    const replaceByFolder = async (path: string): Promise<void> => {
      await rm(path);
      await mkdir(path);
    };
    expect(await endOfHarmed(replaceByFolder)).toMatchObject({
      status: 'failed',
      details: { code: 'FILE_LOST', retryable: true, attempts: 3 },
      message_id: 'file.photo_lost',
    });
  });

  // Promised: A file whose photo is lost fails at once, and says so.
  it('fails its file once, and says why', async () => {
    expect(await endOfHarmed(flip)).toMatchObject({
      status: 'failed',
      details: { code: 'FILE_LOST', retryable: false, attempts: 1 },
      message_id: 'file.photo_lost',
    });
  });
});

it('makes small pictures again that are damaged', async () => {
  const path = `photos/${batch.uploaded_files[0]?.file_id}?size=small`;
  const small = Buffer.from(await (await download(path)).arrayBuffer());
  await flip(
    join(server.dataDir, 'files/jobs', batch.job_id, 'thumbnails', `${batch.uploaded_files[0]?.file_id}.webp`),
  );
  expect(Buffer.from(await (await download(path)).arrayBuffer())).toEqual(small);
});

// Promised: A lost result is not reused.
it.each(['glb', 'webp', 'extra-0'])('reuses no earlier result whose %s is lost', async (ending) => {
  const bytes = await picture('png', 'navy');
  const send1 = async (): Promise<Upload> => await expectAccepted(await send(server, uploadForm([['c.png', bytes]])));
  batch = await send1();
  await ended(server, batch.task_id);
  await flip(await pathOf(0, ending));
  await ended(server, (await send1()).task_id);
  expect(made.get('c.png')).toBe(2);
  expect((await ended(server, (await send1()).task_id)).files[0]?.result?.reused).toBe(true);
});

it('has nothing to pack where everything is lost', async () => {
  await rm(join(server.dataDir, 'files/jobs', batch.job_id, 'models'), { recursive: true });
  await problem(await download('archive'), 410, 'FILE_LOST');
});
