/* oxlint-disable vitest/expect-expect, vitest/no-standalone-expect -- `problem` expects */
import { createHash } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { jobSchema, modelListSchema } from '@image2model/protocol';
import type { Job, Upload } from '@image2model/protocol';
import sharp from 'sharp';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Model } from '../../src/models/contract.ts';
import { mask, maskedForm } from '../support/masks.ts';
import { createScriptedModel } from '../support/scripted-model.ts';
import { picture, uploadForm } from '../support/server.ts';
import type { TestServer } from '../support/server.ts';
import { ended, expectAccepted, json, problem, send, start, storedJobs } from './support.ts';

let server: TestServer;
/** What the model was given, by the name of the photo. */
let seen: Map<string, Uint8Array | undefined>;
const photo = await picture();
const outline = await mask();

const masking: Model = {
  ...createScriptedModel({
    id: 'local',
    fault: ({ pictures, mask: given }) => void seen.set(pictures[0].filename, given?.bytes),
  }),
  usesMasks: true,
  reusable: true,
};
const maskless = createScriptedModel({ id: 'hosted' });

beforeEach(async () => {
  seen = new Map();
  server = await start({ model: masking, others: { hosted: maskless }, env: { RATE_LIMIT_PER_MINUTE: '10000' } });
});

async function make(form: FormData, init: RequestInit = {}): Promise<Upload> {
  const sent = await expectAccepted(await send(server, form, init));
  await ended(server, sent.task_id);
  return sent;
}

const jobOf = async ({ job_id: id }: Upload): Promise<Job> =>
  jobSchema.parse(await (await server.ask(`/api/v1/jobs/${id}`)).json());
const filesOf = (jobId: string, folder = ''): string => join(server.dataDir, 'files/jobs', jobId, folder);

describe('a photo with a mask', () => {
  it('is made with it, whatever kind of image it is and however it is named, in any order', async () => {
    const form = new FormData();
    const masks = [
      ['b.mask.png', outline],
      ['a.png', await mask({}, 'jpeg')],
      ['c.d.mask.webp', await mask({ kind: 'white' }, 'webp')],
    ] as const;
    for (const [name, bytes] of masks) form.append('masks', new Blob([Uint8Array.from(bytes)]), name);
    for (const name of ['a.png', 'b.jpg', 'c.d.png', 'e.png']) {
      form.append('files', new Blob([Uint8Array.from(photo)]), name);
    }
    const sent = await make(form);
    expect(sent.uploaded_files.map(({ has_mask: has }) => has)).toEqual([true, true, true, undefined]);
    const given = (name: string): Buffer => Buffer.from(seen.get(name) ?? []);
    expect([given('a.png'), given('b.jpg'), given('c.d.png')]).toEqual([masks[1][1], masks[0][1], masks[2][1]]);
    expect(seen.get('e.png')).toBeUndefined();
  });

  it('says that it has one, where it is, and gives it back as it was sent', async () => {
    const sent = await make(maskedForm([['chair.jpg', photo]], [['chair.mask.png', outline]]));
    const [file] = (await jobOf(sent)).files;
    expect(file).toMatchObject({ has_mask: true, mask_url: expect.stringContaining('/masks/') });
    const response = await server.ask(file?.mask_url ?? '');
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'image/png',
      'x-content-type-options': 'nosniff',
      'content-disposition': expect.stringContaining('inline; filename="chair.mask.png"'),
      etag: `"${createHash('sha256').update(outline).digest('hex')}"`,
    });
    expect(Buffer.from(await response.arrayBuffer())).toEqual(outline);
    const other = await make(uploadForm([['stool.jpg', photo]]));
    const url = `/api/v1/download/${other.job_id}/masks/${other.uploaded_files[0]?.file_id}`;
    expect((await problem(await server.ask(url), 404, 'FILE_NOT_FOUND')).detail).toBe('The photo has no mask.');
    expect((await jobOf(other)).files[0]).not.toHaveProperty('has_mask');
  });

  it('takes a mask that is upright beside a photo that lies on its side', async () => {
    const wide = sharp({ create: { width: 64, height: 32, channels: 3, background: 'tomato' } });
    const turned = await wide.withMetadata({ orientation: 6 }).jpeg().toBuffer();
    const upright = await mask({ width: 16, height: 32 });
    await make(maskedForm([['a.jpg', turned]], [['a.mask.png', upright]]));
    const lying = await mask({ width: 32, height: 16 });
    await problem(await send(server, maskedForm([['a.jpg', turned]], [['a.mask.png', lying]])), 422, 'MASK_INVALID');
  });

  it('takes a coarse mask, its proportions off by less than a pixel, and one that is a cut-out', async () => {
    const banner = await picture('png').then((bytes) =>
      sharp(bytes).resize(1000, 25, { fit: 'fill' }).png().toBuffer(),
    );
    const cutOut = await sharp(await mask({ width: 320, height: 8 }))
      .ensureAlpha()
      .composite([{ input: Buffer.alloc(4 * 320), raw: { width: 320, height: 1, channels: 4 }, blend: 'dest-out' }])
      .png()
      .toBuffer();
    await make(maskedForm([['banner.png', banner]], [['banner.png', cutOut]]));
  });

  it('is removed with its job', async () => {
    const sent = await make(maskedForm([['a.png', photo]], [['a.png', outline]]));
    expect(await readdir(filesOf(sent.job_id, 'masks'))).toHaveLength(1);
    expect(await server.engine.usage()).toMatchObject({ files: 3 });
    await server.ask(`/api/v1/jobs/${sent.job_id}`, { method: 'DELETE' });
    expect(await storedJobs(server)).toEqual([]);
    expect(await server.engine.usage()).toEqual({ files: 0, bytes: 0 });
  });

  it('gets no result without it, nor with another one', async () => {
    const other = await mask({ kind: 'white' });
    const [files, named] = [[['a.png', photo]] as [string, Buffer][], (bytes: Buffer) => [['a.png', bytes]] as never];
    const reused = async (form: FormData) => (await jobOf(await make(form))).files[0]?.result?.reused;
    expect(await reused(uploadForm(files))).toBeUndefined();
    expect(await reused(maskedForm(files, named(outline)))).toBeUndefined();
    expect(await reused(maskedForm(files, named(other)))).toBeUndefined();
    expect(await reused(maskedForm(files, named(outline)))).toBe(true);
    expect(await reused(uploadForm(files))).toBe(true);
  });

  it('is another upload than without it, under one Idempotency-Key', async () => {
    const keyed = { headers: { 'idempotency-key': 'once' } };
    const form = () => maskedForm([['a.png', photo]], [['a.png', outline]]);
    const first = await make(form(), keyed);
    expect((await expectAccepted(await send(server, form(), keyed))).job_id).toBe(first.job_id);
    await problem(await send(server, uploadForm([['a.png', photo]]), keyed), 422, 'IDEMPOTENCY_KEY_REUSED');
    const other = maskedForm([['a.png', photo]], [['a.png', await mask({ kind: 'white' })]]);
    await problem(await send(server, other, keyed), 422, 'IDEMPOTENCY_KEY_REUSED');
    expect(await storedJobs(server)).toEqual([first.job_id]);
  });

  it('is not served, and nothing is made of it, once its mask is lost', async () => {
    const sent = await make(maskedForm([['chair.jpg', photo]], [['chair.mask.png', outline]]));
    const folder = filesOf(sent.job_id, 'masks');
    const path = join(folder, (await readdir(folder))[0] ?? '');
    const bytes = await readFile(path);
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    await writeFile(path, bytes);
    const id = sent.uploaded_files[0]?.file_id ?? '';
    const said = 'chair.mask.png, the mask for chair.jpg, is missing or damaged on the server. Retry with a new one.';
    const lost = await problem(await server.ask(`/api/v1/download/${sent.job_id}/masks/${id}`), 410, 'FILE_LOST');
    expect(lost.detail).toBe(said);
    const retry = `/api/v1/jobs/${sent.job_id}/retry`;
    const named = await problem(await server.ask(retry, json('POST', { file_ids: [id] })), 410, 'FILE_LOST');
    expect(named.detail).toBe(said);
    await rm(filesOf(sent.job_id, 'models'), { recursive: true });
    expect((await problem(await server.ask(retry, json('POST', {})), 410, 'FILE_LOST')).detail).toBe(said);
    const body = maskedForm([], [['chair.mask.png', outline]]);
    const again = (await (await server.ask(retry, { method: 'POST', body })).json()) as { task_id: string };
    expect((await ended(server, again.task_id)).status).toBe('completed');
  });
});

// Promised: A file whose mask is lost fails at once, and is never made without it.
it('fails a file whose mask is lost while it waits, and says why', async () => {
  const held = Promise.withResolvers<void>();
  const model = { ...createScriptedModel({ id: 'local', fault: async () => await held.promise }), usesMasks: true };
  const slow = await start({ model, env: { WORKER_CONCURRENCY: '1' } });
  const form = maskedForm(
    [
      ['a.png', photo],
      ['b.png', photo],
    ],
    [['b.png', outline]],
  );
  const sent = await expectAccepted(await send(slow, form));
  await rm(join(slow.dataDir, 'files/jobs', sent.job_id, 'masks'), { recursive: true });
  held.resolve();
  const { files } = await ended(slow, sent.task_id);
  expect(files[1]).toMatchObject({
    status: 'failed',
    details: { code: 'FILE_LOST', retryable: false, attempts: 1 },
    message_id: 'file.mask_lost',
  });
});

describe('a model that uses no masks', () => {
  it('is listed as such, and refuses an upload with one', async () => {
    const list = modelListSchema.parse(await (await server.ask('/api/v1/models/available')).json());
    expect(list.models.map(({ id, masks }) => [id, masks])).toEqual([
      ['local', true],
      ['hosted', undefined],
    ]);
    const form = maskedForm([['a.png', photo]], [['a.png', outline]], { model: 'hosted' });
    const refused = await problem(await send(server, form), 400, 'MASK_UNSUPPORTED');
    expect(refused.detail).toBe('The model hosted doesn’t use masks; send none, or use another model.');
    expect(await storedJobs(server)).toEqual([]);
  });

  it('is given the photo as it is where that has one already, and says so', async () => {
    const sent = await make(maskedForm([['a.png', photo]], [['a.png', outline]]));
    const body = { model: 'hosted', file_ids: [sent.uploaded_files[0]?.file_id] };
    const again = await server.ask(`/api/v1/jobs/${sent.job_id}/retry`, json('POST', body));
    await ended(server, ((await again.json()) as { task_id: string }).task_id);
    expect(maskless.calls.at(-1)?.mask).toBeUndefined();
    expect((await jobOf(sent)).files[0]?.result?.statistics).toMatchObject({
      warnings: ['The model doesn’t use masks, so it was given the photo without one.'],
      warning_messages: [{ message_id: 'mask.unused' }],
    });
  });
});
