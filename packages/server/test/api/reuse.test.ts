/* oxlint-disable vitest/expect-expect -- `problem` expects */
import { createHash } from 'node:crypto';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { downloadListSchema, taskEventTypes } from '@image2model/protocol';
import type { DownloadList, Task, Upload } from '@image2model/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { resultsPrefix } from '../../src/files/keys.ts';
import { picture, uploadForm } from '../support/server.ts';
import type { TestServer } from '../support/server.ts';
import { createTriangleModel } from '../support/triangle-model.ts';
import { ended, expectAccepted, problem, send, start, storedJobs } from './support.ts';

let server: TestServer;
let made: string[];
let photo: Buffer;

const by = (key: string) => ({ headers: { authorization: `Bearer ${key}` } });
const mine = by('mine');

async function startWith(reusable: boolean): Promise<void> {
  const model = createTriangleModel({ before: async ({ filename }) => void made.push(filename) });
  server = await start({ env: { API_KEYS: 'mine,theirs' }, model: { ...model, reusable } });
}

beforeEach(async () => {
  made = [];
  photo = await picture();
});

async function sendPhoto(name: string, fields?: Record<string, string>, init = mine, bytes = photo): Promise<Upload> {
  return await expectAccepted(await send(server, uploadForm([[name, bytes]], fields), init));
}

async function make(...all: Parameters<typeof sendPhoto>): Promise<{ sent: Upload; task: Task }> {
  const sent = await sendPhoto(...all);
  return { sent, task: await ended(server, sent.task_id, all[2] ?? mine) };
}

async function downloads(jobId: string): Promise<DownloadList> {
  return downloadListSchema.parse(await (await server.ask(`/api/v1/download/${jobId}/all`, mine)).json());
}

describe('the same photo again', () => {
  it('is not made again, and its result is one of the new job like any other', async () => {
    await startWith(true);
    const first = await make('chair.png', { face_limit: '500' });
    const second = await make('stool.png', { face_limit: '500' });
    expect(made).toEqual(['chair.png']);
    expect(second.sent.message).toContain('made earlier');
    expect(second.task).toMatchObject({ status: 'completed', progress: 100, result: { successful_files: 1 } });
    expect(second.task.files[0]).toMatchObject({ status: 'completed', message: 'Reused an earlier result' });
    const [original, reused] = [first.task.files[0]?.result, second.task.files[0]?.result];
    expect(original?.reused).toBeUndefined();
    expect(reused).toMatchObject({
      reused: true,
      filename: 'stool.glb',
      file_id: second.sent.uploaded_files[0]?.file_id,
      sha256: original?.sha256,
      statistics: original?.statistics,
      rendered_image: { url: `/api/v1/download/${second.sent.job_id}/stool.webp` },
    });

    // The old job goes, the new one stays whole, and is itself one to take from.
    const gone = await server.ask(`/api/v1/jobs/${first.sent.job_id}`, { method: 'DELETE', ...mine });
    expect(gone.status).toBe(200);
    const list = await downloads(second.sent.job_id);
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
    await startWith(true);
    await make('chair.png');
    const { sent } = await make('again.png');
    const stream = await server.ask(`/api/v1/status/tasks/${sent.task_id}/stream?last_event_id=0`, mine);
    const text = await stream.text();
    const events = [...text.matchAll(/^event: (\w+)\nid: (\d+)$/gm)].map(([, type, id]) => [type, Number(id)]);
    expect(events.map(([, id]) => id)).toEqual(events.map((_, index) => index + 1));
    expect(events.every(([type]) => (taskEventTypes as readonly unknown[]).includes(type))).toBe(true);
    expect(events.filter(([type]) => /^task_(completed|failed|cancelled)$/.test(String(type)))).toHaveLength(1);
    expect(events.at(-1)?.[0]).toBe('task_completed');
  });

  it('goes on with the others of its batch', async () => {
    await startWith(true);
    await make('chair.png');
    const other = await picture('png', 'navy');
    const body = uploadForm([
      ['a.png', other],
      ['b.png', photo],
    ]);
    const task = await ended(server, (await expectAccepted(await send(server, body, mine))).task_id, mine);
    expect(task).toMatchObject({ status: 'completed', current: 2, result: { successful_files: 2 } });
    expect(task.files.map(({ result }) => result?.reused)).toEqual([undefined, true]);
    expect(made).toEqual(['chair.png', 'a.png']);
  });

  it('is made anew with another face limit, other options, by another key, or where that is asked for', async () => {
    await startWith(true);
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
    await startWith(false);
    await make('1.png');
    await make('2.png');
    const { task } = await make('3.png', { reuse: 'true' });
    expect(task.files[0]?.result?.reused).toBe(true);
    expect(made).toEqual(['1.png', '2.png']);
  });

  it('is made anew where the earlier files are gone or not whole', async () => {
    await startWith(true);
    const models = async (upload: Upload): Promise<string> => {
      const folder = join(server.dataDir, 'files', resultsPrefix(upload.job_id));
      const names = await readdir(folder);
      return join(folder, names.find((name) => name.endsWith('.glb')) ?? '');
    };
    const first = await make('1.png');
    await rm(await models(first.sent));
    const second = await make('2.png');
    expect(second.task.files[0]?.result?.reused).toBeUndefined();
    await writeFile(await models(second.sent), 'cut short');
    const third = await make('3.png');
    expect(third.task.files[0]?.result?.reused).toBeUndefined();
    expect((await downloads(third.sent.job_id)).files[0]?.sha256).toBe(first.task.files[0]?.result?.sha256);
    expect(made).toEqual(['1.png', '2.png', '3.png']);
  });

  it('is one upload under one Idempotency-Key, and nothing is left of the second sending', async () => {
    await startWith(true);
    const keyed = { headers: { ...mine.headers, 'idempotency-key': 'once' } };
    const first = await make('chair.png', {}, keyed);
    const again = await sendPhoto('chair.png', {}, keyed);
    expect(again.job_id).toBe(first.sent.job_id);
    expect(await storedJobs(server)).toEqual([again.job_id]);
    const body = uploadForm([['chair.png', photo]], { reuse: 'false' });
    await problem(await send(server, body, keyed), 422, 'IDEMPOTENCY_KEY_REUSED');
  });

  it('is refused where the wish is neither true nor false', async () => {
    await startWith(true);
    const body = uploadForm([['chair.png', photo]], { reuse: 'perhaps' });
    await problem(await send(server, body, mine), 400, 'INVALID_REQUEST');
  });
});
