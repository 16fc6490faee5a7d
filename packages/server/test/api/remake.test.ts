/* oxlint-disable vitest/expect-expect -- `problem` expects */
import { createHash } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { downloadListSchema, jobProgressSchema, jobSchema, uploadSchema } from '@image2model/protocol';
import type { Job, ModelFile, Upload } from '@image2model/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Model, ModelInput, ModelOptions } from '../../src/models/contract.ts';
import { ModelError } from '../../src/models/errors.ts';
import { mask, maskedForm } from '../support/masks.ts';
import { picture, uploadForm } from '../support/server.ts';
import type { TestServer } from '../support/server.ts';
import { createTriangleModel } from '../support/triangle-model.ts';
import { ended, json, problem, start, upload } from './support.ts';

let server: TestServer;
let batch: Upload;
/** What the model was asked for, last. */
let asked: { input: ModelInput; options: ModelOptions }[];
let made = 0;
/** What happens before a model is made. */
let before: (signal: AbortSignal) => Promise<void>;

const triangle = createTriangleModel();
/** Makes another model each time. */
const changing: Model = {
  ...triangle,
  usesMasks: true,
  async generate(input, options, context) {
    asked.push({ input, options });
    await before(context.signal);
    const generated = await triangle.generate(input, options, context);
    const glb = Buffer.from(generated.glb);
    glb.writeFloatLE((made += 1), glb.length - 4);
    return { ...generated, glb };
  },
};

beforeEach(async () => {
  asked = [];
  before = async () => undefined;
  server = await start({ model: changing, env: { RATE_LIMIT_PER_MINUTE: '10000' } });
  batch = await upload(server, ['a.png', 'b.png', 'b.png']);
  await ended(server, batch.task_id);
  asked = [];
});

const id = (index: number): string => batch.uploaded_files[index]?.file_id ?? '';
const job = async (): Promise<Job> => jobSchema.parse(await (await server.ask(`/api/v1/jobs/${batch.job_id}`)).json());
const models = async (): Promise<ModelFile[]> =>
  downloadListSchema.parse(await (await server.ask(`/api/v1/download/${batch.job_id}/all`)).json()).files;
const retry = async (init: RequestInit): Promise<Response> =>
  await server.ask(`/api/v1/jobs/${batch.job_id}/retry`, init);
const form = (masks: [string, Uint8Array][], fields?: Record<string, string>): RequestInit => ({
  method: 'POST',
  body: maskedForm([], masks, fields),
});
const outline = await mask();

/** The id of the task of a retry that was accepted. */
async function accepted(init: RequestInit): Promise<string> {
  const response = await retry(init);
  expect(response.status, await response.clone().text()).toBe(200);
  return ((await response.json()) as { task_id: string }).task_id;
}

async function bytesOf(name: string): Promise<string> {
  const response = await server.ask(`/api/v1/download/${batch.job_id}/${name}`);
  expect(response.status).toBe(200);
  return createHash('sha256')
    .update(Buffer.from(await response.arrayBuffer()))
    .digest('hex');
}

describe('a retry that names files', () => {
  // Promised: A model stays until the one that replaces it is finished, also where that fails or is cancelled.
  it('makes these again and no others, and their models stay until there are new ones', async () => {
    const held = Promise.withResolvers<void>();
    before = async () => await held.promise;
    const earlier = await models();
    const response = await retry(json('POST', { file_ids: [id(0)], face_limit: 500, options: { depth: 'soft' } }));
    const answer = (await response.json()) as { task_id: string };
    expect(answer).toMatchObject({ status: 'queued', message_id: 'job.remaking_one' });
    await expect.poll(() => asked.length).toBe(1);
    expect(asked[0]?.options).toEqual({ faceLimit: 500, options: { depth: 'soft' } });
    await problem(await retry(json('POST', { file_ids: [id(0)] })), 409, 'JOB_RUNNING');
    expect(await job()).toMatchObject({ status: 'processing', completed_files: 2, failed_files: 0, total_files: 3 });
    expect((await job()).files[0]).toMatchObject({ status: 'processing', result: { sha256: earlier[0]?.sha256 } });
    const progress = await server.ask(`/api/v1/status/jobs/${batch.job_id}/progress`);
    const counted = jobProgressSchema.parse(await progress.json());
    expect(counted).toMatchObject({
      completed_files: 2,
      failed_files: 0,
      files: { [id(0)]: { status: 'processing' } },
    });
    expect(counted.overall_progress).toBeLessThan(100);
    expect(await models()).toEqual(earlier);
    expect(await bytesOf('a.glb')).toBe(earlier[0]?.sha256);
    held.resolve();
    const task = await ended(server, answer.task_id);
    expect(task).toMatchObject({ status: 'completed', total_files: 1, files: [{ file_id: id(0) }] });
    const [first, ...rest] = await models();
    expect(rest).toEqual(earlier.slice(1));
    expect(first?.sha256).not.toBe(earlier[0]?.sha256);
    expect(await bytesOf('a.glb')).toBe(first?.sha256);
    expect(await job()).toMatchObject({
      status: 'completed',
      completed_files: 3,
      tasks: [{ task_id: batch.task_id }, { task_id: answer.task_id }],
    });
    expect((await server.ask(`/api/v1/download/${batch.job_id}/photos/${id(0)}?size=small`)).status).toBe(200);
  });

  it('need not wait for the other photos of the job', async () => {
    const held = Promise.withResolvers<void>();
    before = async () => {
      if (asked.length > 1) await held.promise;
    };
    server = await start({ model: changing, env: { WORKER_CONCURRENCY: '2' } });
    batch = await upload(server, ['a.png', 'b.png']);
    const isMade = async (): Promise<string[]> => (await job()).files.map(({ status }) => status);
    await expect.poll(isMade).toEqual(['completed', 'processing']);
    const said = await problem(await retry(json('POST', { file_ids: [id(0), id(1)] })), 409, 'JOB_RUNNING');
    expect(said).toMatchObject({ message_id: 'error.files_running' });
    await problem(await retry(json('POST', {})), 409, 'JOB_RUNNING');
    before = async () => undefined;
    const task_id = await accepted(form([['a.mask.png', outline]]));
    expect(await ended(server, task_id)).toMatchObject({ status: 'completed', total_files: 1 });
    expect(await job()).toMatchObject({ status: 'processing', task_id: batch.task_id, finished_at: null });
    held.resolve();
    await ended(server, batch.task_id);
    expect(await job()).toMatchObject({ status: 'completed', task_id, completed_files: 2 });
    expect((await job()).files.map(({ has_mask }) => has_mask)).toEqual([true, undefined]);
    expect(await bytesOf('a.glb')).toBe((await models())[0]?.sha256);
  });

  // Promised: A model stays until the one that replaces it is finished, also where that fails or is cancelled.
  it('keeps the earlier model where that fails, and says so', async () => {
    const earlier = await models();
    before = async () => {
      throw new ModelError('NO_FOREGROUND', { text: 'Nothing is to be seen.' });
    };
    const task = await ended(server, await accepted(json('POST', { file_ids: [id(0)] })));
    const said = 'The new model couldn’t be made, so the earlier one stays. Nothing is to be seen.';
    expect(task).toMatchObject({ status: 'failed', error: said, files: [{ status: 'failed', error: said }] });
    expect(await models()).toEqual(earlier);
    expect(await bytesOf('a.glb')).toBe(earlier[0]?.sha256);
    const now = await job();
    expect(now).toMatchObject({ completed_files: 3, failed_files: 0 });
    expect(now.files[0]).toMatchObject({ status: 'completed', message: said });
    await problem(await retry(json('POST', {})), 409, 'NOTHING_TO_RETRY');
    before = async () => undefined;
    await ended(server, await accepted(json('POST', { file_ids: [id(0)] })));
    expect((await job()).files[0]).toMatchObject({ status: 'completed', message: 'The model is ready' });
    expect((await models())[0]?.sha256).not.toBe(earlier[0]?.sha256);
  });

  // Promised: A model stays until the one that replaces it is finished, also where that fails or is cancelled.
  it('keeps the earlier model where it is cancelled, and removes nothing of it', async () => {
    const earlier = await models();
    before = async (signal) => await new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
    const taskId = await accepted(json('POST', { file_ids: [id(0)] }));
    await expect.poll(() => asked.length).toBe(1);
    await server.ask(`/api/v1/status/tasks/${taskId}/cancel`, { method: 'POST' });
    expect(await ended(server, taskId)).toMatchObject({ status: 'cancelled' });
    expect(await bytesOf('a.glb')).toBe(earlier[0]?.sha256);
    expect((await job()).files[0]).toMatchObject({
      status: 'completed',
      message: 'Cancelled; the earlier model stays',
    });
  });

  it('is refused where a file is not of the job, its photo is lost, or nothing is named', async () => {
    const unknown = json('POST', { file_ids: [id(0), crypto.randomUUID()] });
    await problem(await retry(unknown), 404, 'FILE_NOT_FOUND');
    for (const file_ids of [[], ['x'], id(0), Array.from({ length: 26 }, () => id(0))]) {
      await problem(await retry(json('POST', { file_ids })), 400, 'INVALID_REQUEST');
    }
    for (const face_limit of [99, 1.5, 'many', -1]) {
      await problem(await retry(json('POST', { face_limit, file_ids: [id(0)] })), 400, 'INVALID_FACE_LIMIT');
    }
    await rm(join(server.dataDir, 'files/jobs', batch.job_id, 'images', id(1)));
    const lost = await problem(await retry(json('POST', { file_ids: [id(0), id(1)] })), 410, 'FILE_LOST');
    expect(lost.detail).toContain('b.png');
    expect((await job()).tasks).toHaveLength(1);
  });

  it('keeps the earlier models for a while, for those who are in the middle of them', async () => {
    const archive = await server.ask(`/api/v1/download/${batch.job_id}/archive`);
    await ended(server, await accepted(json('POST', { file_ids: [id(0), id(1), id(2)] })));
    const folder = join(server.dataDir, 'files/jobs', batch.job_id, 'models');
    // Both are there for a while.
    expect((await readdir(folder)).filter((name) => name.endsWith('.glb'))).toHaveLength(6);
    expect((await archive.arrayBuffer()).byteLength).toBeGreaterThan(0);
  });
});

describe('the options of a retry', () => {
  it('change what they name of those of the job, and are all there are where a model is named with them', async () => {
    const fields = { options: '{"depth":"soft","detail":3}' };
    const sent = { method: 'POST', body: uploadForm([['a.png', await picture()]], fields) };
    batch = uploadSchema.parse(await (await server.ask('/api/v1/upload/', sent)).json());
    await ended(server, batch.task_id);
    const again = async (init: RequestInit) => {
      await ended(server, await accepted(init));
      return asked.at(-1)?.options.options;
    };
    const remake = (wish: object) => json('POST', { file_ids: [id(0)], ...wish });
    expect(await again(remake({}))).toEqual({ depth: 'soft', detail: 3 });
    expect(await again(remake({ options: { depth: 'full' } }))).toEqual({ depth: 'full', detail: 3 });
    const masked = form([['a.png', outline]], { options: '{"shape":"flat"}' });
    expect(await again(masked)).toEqual({ depth: 'soft', detail: 3, shape: 'flat' });
    expect(await again(remake({ model: 'local' }))).toEqual({ depth: 'soft', detail: 3 });
    expect(await again(remake({ model: 'local', options: { detail: 1 } }))).toEqual({ detail: 1 });
    await problem(await retry(remake({ options: { depth: true } })), 400, 'INVALID_OPTIONS');
  });
});

describe('a retry with masks', () => {
  it('makes their photos again with them, and keeps them for the next time', async () => {
    const taskId = await accepted(form([['a.mask.png', outline]], { options: '{"depth":"soft"}', face_limit: '900' }));
    expect(await ended(server, taskId)).toMatchObject({ total_files: 1, files: [{ filename: 'a.png' }] });
    expect(Buffer.from(asked[0]?.input.mask?.bytes ?? [])).toEqual(outline);
    expect(asked[0]?.options).toEqual({ faceLimit: 900, options: { depth: 'soft' } });
    expect((await job()).files.map(({ has_mask: has }) => has)).toEqual([true, undefined, undefined]);
    await ended(server, await accepted(json('POST', { file_ids: [id(0)] })));
    expect(Buffer.from(asked[1]?.input.mask?.bytes ?? [])).toEqual(outline);
    // The one of before goes.
    const other = await mask({ kind: 'white' });
    await ended(server, await accepted(form([['a.png', other]])));
    expect(Buffer.from(asked[2]?.input.mask?.bytes ?? [])).toEqual(other);
    const folder = join(server.dataDir, 'files/jobs', batch.job_id, 'masks');
    await expect.poll(async () => await readdir(folder)).toHaveLength(1);
    const url = (await job()).files[0]?.mask_url ?? '';
    expect(Buffer.from(await (await server.ask(url)).arrayBuffer())).toEqual(other);
  });

  it.each([
    ['a list', (ids: string[]) => JSON.stringify(ids)],
    ['one field', (ids: string[]) => ids[0] ?? ''],
  ])('matches them with the files that are named as %s: of two of one name, one', async (_, write) => {
    const file_ids = write([id(2)]);
    const refused = await problem(await retry(form([['b.mask.png', outline]])), 400, 'MASK_UNMATCHED');
    expect(refused.errors).toMatchObject([{ message_id: 'mask.several_photos' }]);
    const taskId = await accepted(form([['b.mask.png', outline]], { file_ids }));
    expect((await ended(server, taskId)).files).toMatchObject([{ file_id: id(2) }]);
    expect((await job()).files.map(({ has_mask: has }) => has)).toEqual([undefined, undefined, true]);
  });

  it('leaves nothing of masks that are refused', async () => {
    const taskCount = (await job()).tasks.length;
    const photo = await picture();
    await problem(await retry(form([['c.mask.png', outline]])), 400, 'MASK_UNMATCHED');
    await problem(await retry(form([['a.png', outline]], { file_ids: id(1) })), 400, 'MASK_UNMATCHED');
    await problem(await retry(form([['a.png', await mask({ width: 64 })]])), 422, 'MASK_INVALID');
    await problem(await retry(form([['a.png', await mask({ kind: 'black' })]])), 422, 'MASK_INVALID');
    await problem(await retry(form([['a.png', outline]], { options: '{' })), 400, 'INVALID_OPTIONS');
    await problem(await retry(form([['a.png', outline]], { file_ids: '["x"]' })), 400, 'INVALID_REQUEST');
    const wrongField = { method: 'POST', body: maskedForm([['a.png', photo]], [['a.png', outline]]) };
    const misplaced = await problem(await retry(wrongField), 400, 'INVALID_REQUEST');
    expect(misplaced.errors).toMatchObject([{ message_id: 'mask.wrong_field' }]);
    expect(await readdir(join(server.dataDir, 'files/jobs', batch.job_id))).not.toContain('masks');
    expect(await readdir(join(server.dataDir, 'files/.incoming'))).toEqual([]);
    expect((await job()).tasks).toHaveLength(taskCount);
  });

  it('goes back to the cut that the model makes by itself, where a mask is dropped', async () => {
    const first = form([['a.png', outline]]);
    await ended(server, await accepted(first));
    // A mask that is lost stands in nobody's way.
    const folder = join(server.dataDir, 'files/jobs', batch.job_id, 'masks');
    for (const name of await readdir(folder)) await rm(join(folder, name));
    const taskId = await accepted(json('POST', { drop_masks: [id(0)], options: { depth: 'soft' } }));
    expect(await ended(server, taskId)).toMatchObject({ total_files: 1, files: [{ filename: 'a.png' }] });
    expect(asked.at(-1)).toMatchObject({ options: { options: { depth: 'soft' } } });
    expect(asked.at(-1)?.input.mask).toBeUndefined();
    expect((await job()).files.map(({ has_mask }) => has_mask)).toEqual([undefined, undefined, undefined]);
    await ended(server, await accepted(first));
    await ended(server, await accepted(form([], { drop_masks: id(0) })));
    expect(asked.at(-1)?.input.mask).toBeUndefined();
    await expect.poll(async () => await readdir(folder).catch(() => [])).toEqual([]);
    // One photo may lose its mask while another one gets one.
    const both = await accepted(form([['a.png', outline]], { drop_masks: JSON.stringify([id(1)]) }));
    expect((await ended(server, both)).files.map(({ file_id }) => file_id)).toEqual([id(0), id(1)]);
  });

  it('cannot drop masks of files that are not run, not of the job, or have a new one', async () => {
    const drop = (drop_masks: unknown, more = {}) => json('POST', { drop_masks, ...more });
    await problem(await retry(drop([crypto.randomUUID()])), 404, 'FILE_NOT_FOUND');
    await problem(await retry(drop(['x'])), 400, 'INVALID_REQUEST');
    const notRun = await problem(await retry(drop([id(0)], { file_ids: [id(1)] })), 400, 'INVALID_REQUEST');
    expect(notRun).toMatchObject({ message_id: 'mask.drop_not_run' });
    const twice = form([['a.png', outline]], { drop_masks: id(0) });
    expect(await problem(await retry(twice), 400, 'INVALID_REQUEST')).toMatchObject({
      message_id: 'mask.drop_and_new',
    });
    const bad = await problem(await retry(form([], { drop_masks: '["x"]' })), 400, 'INVALID_REQUEST');
    expect(bad).toMatchObject({ message_id: 'error.drop_masks' });
  });

  it('is refused while the job runs, and keeps the mask of before', async () => {
    before = async (signal) => await new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
    const taskId = await accepted(form([['a.png', outline]]));
    await problem(await retry(form([['a.png', await mask({ kind: 'white' })]])), 409, 'JOB_RUNNING');
    const url = (await job()).files[0]?.mask_url ?? '';
    expect(Buffer.from(await (await server.ask(url)).arrayBuffer())).toEqual(outline);
    await server.ask(`/api/v1/status/tasks/${taskId}/cancel`, { method: 'POST' });
    await ended(server, taskId);
  });
});

it('as a form without masks is one like any other', async () => {
  await problem(await retry(form([])), 409, 'NOTHING_TO_RETRY');
  await ended(server, await accepted(form([], { file_ids: id(1), face_limit: 'null', model: ' ' })));
  expect(asked[0]).toMatchObject({ options: { faceLimit: null }, input: { fileId: id(1) } });
});
