/* oxlint-disable vitest/expect-expect -- `problem` expects */
import { createHash } from 'node:crypto';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { downloadListSchema, taskEventTypes, uploadSchema } from '@image2model/protocol';
import type { DownloadList, Task, Upload } from '@image2model/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { attemptsPrefix } from '../../src/files/keys.ts';
import { picture, startTestServer, uploadForm } from '../support/server.ts';
import type { TestServer } from '../support/server.ts';
import { createTriangleModel } from '../support/triangle-model.ts';
import { ended, problem } from './support.ts';

let server: TestServer;
let made: string[];
let photo: Buffer;

const by = (key: string) => ({ headers: { authorization: `Bearer ${key}` } });
const mine = by('mine');

async function start(reusable: boolean): Promise<void> {
  const model = createTriangleModel({ before: async ({ filename }) => void made.push(filename) });
  server = await startTestServer({ env: { API_KEYS: 'mine,theirs' }, model: { ...model, reusable } });
}

beforeEach(async () => {
  made = [];
  photo = await picture();
});

afterEach(async () => {
  await server.stop();
});

async function send(name: string, fields: Record<string, string> = {}, init = mine, bytes = photo): Promise<Upload> {
  const body = uploadForm([[name, bytes]], fields);
  const response = await server.ask('/api/v1/upload', { method: 'POST', body, ...init });
  expect(response.status).toBe(200);
  return uploadSchema.parse(await response.json());
}

async function make(...all: Parameters<typeof send>): Promise<{ accepted: Upload; task: Task }> {
  const accepted = await send(...all);
  return { accepted, task: await ended(server, accepted.task_id, all[2] ?? mine) };
}

async function downloads(jobId: string): Promise<DownloadList> {
  return downloadListSchema.parse(await (await server.ask(`/api/v1/download/${jobId}/all`, mine)).json());
}

describe('the same photo again', () => {
  it('is not made again, and its result is one of the new job like any other', async () => {
    await start(true);
    const first = await make('chair.png', { face_limit: '500' });
    const second = await make('stool.png', { face_limit: '500' });
    expect(made).toEqual(['chair.png']);
    expect(second.accepted.message).toContain('made earlier');
    expect(second.task).toMatchObject({ status: 'completed', progress: 100, result: { successful_files: 1 } });
    expect(second.task.files[0]).toMatchObject({ status: 'completed', message: 'Reused an earlier result' });
    const [original, reused] = [first.task.files[0]?.result, second.task.files[0]?.result];
    expect(original?.reused).toBeUndefined();
    expect(reused).toMatchObject({
      reused: true,
      filename: 'stool.glb',
      file_id: second.accepted.uploaded_files[0]?.file_id,
      sha256: original?.sha256,
      statistics: original?.statistics,
      rendered_image: { url: `/api/v1/download/${second.accepted.job_id}/stool.webp` },
    });

    // The old job goes, the new one stays whole, and is itself one to take from.
    const gone = await server.ask(`/api/v1/jobs/${first.accepted.job_id}`, { method: 'DELETE', ...mine });
    expect(gone.status).toBe(200);
    const list = await downloads(second.accepted.job_id);
    expect(list.files).toEqual([reused]);
    const model = await server.ask(list.download_urls[0] ?? '', mine);
    const sha256 = createHash('sha256')
      .update(Buffer.from(await model.arrayBuffer()))
      .digest('hex');
    expect(sha256).toBe(reused?.sha256);
    expect((await server.ask(reused?.rendered_image?.url ?? '', mine)).status).toBe(200);
    expect((await make('third.png', { face_limit: '500' })).task.files[0]?.result?.reused).toBe(true);
    expect(made).toEqual(['chair.png']);
  });

  it('is told of as any task is: in order, with one ending', async () => {
    await start(true);
    await make('chair.png');
    const { accepted } = await make('again.png');
    const stream = await server.ask(`/api/v1/status/tasks/${accepted.task_id}/stream?last_event_id=0`, mine);
    const text = await stream.text();
    const events = [...text.matchAll(/^event: (\w+)\nid: (\d+)$/gm)].map(([, type, id]) => [type, Number(id)]);
    expect(events.map(([, id]) => id)).toEqual(events.map((_, index) => index + 1));
    expect(events.every(([type]) => (taskEventTypes as readonly unknown[]).includes(type))).toBe(true);
    expect(events.filter(([type]) => /^task_(completed|failed|cancelled)$/.test(String(type)))).toHaveLength(1);
    expect(events.at(-1)?.[0]).toBe('task_completed');
  });

  it('goes on with the others of its batch', async () => {
    await start(true);
    await make('chair.png');
    const other = await picture('png', 'navy');
    const body = uploadForm([
      ['a.png', other],
      ['b.png', photo],
    ]);
    const response = await server.ask('/api/v1/upload', { method: 'POST', body, ...mine });
    const task = await ended(server, uploadSchema.parse(await response.json()).task_id, mine);
    expect(task).toMatchObject({ status: 'completed', current: 2, result: { successful_files: 2 } });
    expect(task.files.map(({ result }) => result?.reused)).toEqual([undefined, true]);
    expect(made).toEqual(['chair.png', 'a.png']);
  });

  it('is made anew with another face limit, other options, by another key, or where that is asked for', async () => {
    await start(true);
    const results = [
      await make('1.png'),
      await make('2.png', { face_limit: '400' }),
      await make('3.png', { options: '{"depth":"soft"}' }),
      await make('4.png', {}, by('theirs')),
      await make('5.png', { reuse: 'false' }),
      await make('6.png', {}, mine, await picture('png', 'navy')),
    ];
    expect(results.map(({ task }) => task.files[0]?.result?.reused)).toEqual(results.map(() => undefined));
    expect(made).toEqual(['1.png', '2.png', '3.png', '4.png', '5.png', '6.png']);
  });

  it('is made anew by a model that does not give the same again, unless the earlier result is asked for', async () => {
    await start(false);
    await make('1.png');
    await make('2.png');
    const { task } = await make('3.png', { reuse: 'true' });
    expect(task.files[0]?.result?.reused).toBe(true);
    expect(made).toEqual(['1.png', '2.png']);
  });

  it('is made anew where the earlier files are gone or not whole', async () => {
    await start(true);
    const models = async (upload: Upload): Promise<string> => {
      const [file] = upload.uploaded_files;
      const folder = join(server.dataDir, 'files', attemptsPrefix(upload.job_id, file?.file_id ?? ''));
      const names = await readdir(folder);
      return join(folder, names.find((name) => name.endsWith('.glb')) ?? '');
    };
    const first = await make('1.png');
    await rm(await models(first.accepted));
    const second = await make('2.png');
    expect(second.task.files[0]?.result?.reused).toBeUndefined();
    await writeFile(await models(second.accepted), 'cut short');
    const third = await make('3.png');
    expect(third.task.files[0]?.result?.reused).toBeUndefined();
    expect((await downloads(third.accepted.job_id)).files[0]?.sha256).toBe(first.task.files[0]?.result?.sha256);
    expect(made).toEqual(['1.png', '2.png', '3.png']);
  });

  it('is one upload under one Idempotency-Key, and nothing is left of the second sending', async () => {
    await start(true);
    const keyed = { headers: { ...mine.headers, 'idempotency-key': 'once' } };
    const first = await make('chair.png', {}, keyed);
    const again = await send('chair.png', {}, keyed);
    expect(again.job_id).toBe(first.accepted.job_id);
    expect(await readdir(join(server.dataDir, 'files/jobs'))).toEqual([again.job_id]);
    const body = uploadForm([['chair.png', photo]], { reuse: 'false' });
    const other = await server.ask('/api/v1/upload', { method: 'POST', body, ...keyed });
    await problem(other, 422, 'IDEMPOTENCY_KEY_REUSED');
  });

  it('is refused where the wish is neither true nor false', async () => {
    await start(true);
    const body = uploadForm([['chair.png', photo]], { reuse: 'perhaps' });
    await problem(await server.ask('/api/v1/upload', { method: 'POST', body, ...mine }), 400, 'INVALID_REQUEST');
  });
});
