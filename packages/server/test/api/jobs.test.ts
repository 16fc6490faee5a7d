import { jobProgressSchema, modelListSchema } from '@image2model/protocol';
import { describe, expect, it } from 'vitest';
import { ModelError } from '../../src/models/errors.ts';
import { picture, uploadForm } from '../support/server.ts';
import type { TestServer } from '../support/server.ts';
import { createTriangleModel } from '../support/triangle-model.ts';
import { ended, expectAccepted, problem, send, start, taskNow, upload } from './support.ts';

let server: TestServer;

describe('an upload', () => {
  it('becomes a task that is done a moment later, by both spellings', async () => {
    server = await start();
    const batch = await upload(server, ['chair.png', 'chair.png', 'mug.jpg']);
    expect(batch).toMatchObject({ face_limit: null, total_files: 3, status: 'uploaded' });
    expect(batch.uploaded_files.map(({ filename }) => filename)).toEqual(['chair.png', 'chair.png', 'mug.jpg']);
    // Judged by content: the one called .jpg is a PNG.
    expect(batch.uploaded_files[2]?.content_type).toBe('image/png');

    const task = await ended(server, batch.task_id);
    expect(task).toMatchObject({
      status: 'completed',
      progress: 100,
      current: 3,
      total: 3,
      total_files: 3,
      result: { job_id: batch.job_id, total_files: 3, successful_files: 3, failed_files: 0 },
    });
    expect(task.files.map(({ file_id }) => file_id)).toEqual(batch.uploaded_files.map(({ file_id }) => file_id));
    expect(task.files.map(({ result }) => result?.filename)).toEqual(['chair.glb', 'chair-2.glb', 'mug.glb']);
    const spelt = await server.ask(`/api/v1/status/tasks/${batch.task_id}/status/`);
    expect(await spelt.json()).toEqual(task);

    const progress = await server.ask(`/api/v1/status/jobs/${batch.job_id}/progress`);
    expect(jobProgressSchema.parse(await progress.json())).toMatchObject({
      overall_progress: 100,
      total_files: 3,
      completed_files: 3,
      failed_files: 0,
      files: {
        [batch.uploaded_files[0]?.file_id ?? '']: { filename: 'chair.png', status: 'completed', progress: 100 },
      },
    });
  });

  it('hands face limit and options to the model, and takes every kind of picture and both addresses', async () => {
    const seen: unknown[] = [];
    server = await start({
      model: createTriangleModel({
        before: async ({ contentType }, { faceLimit, options }) => void seen.push([contentType, faceLimit, options]),
      }),
    });
    const files: [string, Uint8Array][] = [
      ['a', await picture('png')],
      ['b', await picture('jpeg')],
      ['c', await picture('webp')],
    ];
    const form = uploadForm(files, { face_limit: '500', model: 'local', options: '{"depth":"soft"}' });
    const { task_id: task, face_limit: faceLimit } = await expectAccepted(await send(server, form));
    expect(faceLimit).toBe(500);
    await ended(server, task);
    const options = { depth: 'soft' };
    expect(seen.toSorted((a, b) => String(a).localeCompare(String(b)))).toEqual([
      ['image/jpeg', 500, options],
      ['image/png', 500, options],
      ['image/webp', 500, options],
    ]);
  });

  it('takes blank fields as fields that were left out', async () => {
    server = await start();
    const form = uploadForm([['a.png', await picture()]], { face_limit: ' ', model: '', options: '' });
    const response = await server.ask('/api/v1/upload/', { method: 'POST', body: form });
    expect(await expectAccepted(response)).toMatchObject({ face_limit: null });
  });

  it('takes 25 images, and file ids sort in the order of upload', async () => {
    server = await start();
    const names = Array.from({ length: 25 }, (_, index) => `${index}.png`);
    const batch = await upload(server, names);
    expect(batch.uploaded_files.map(({ filename }) => filename)).toEqual(names);
    const ids = batch.uploaded_files.map(({ file_id }) => file_id);
    expect(ids.toSorted()).toEqual(ids);
    await ended(server, batch.task_id);
  });

  it('does not trust names', async () => {
    server = await start();
    const sent = ['../../etc/passwd', 'C:\\fakepath\\mug.png', 'a\u202Egnp.exe', `${'x'.repeat(500)}.png`];
    const batch = await upload(server, sent);
    const kept = batch.uploaded_files.map(({ filename }) => filename);
    expect(kept).toEqual(['passwd', 'mug.png', 'agnp.exe', `${'x'.repeat(196)}.png`]);
    await ended(server, batch.task_id);
  });
});

describe('cancelling', () => {
  it('ends what has not ended, once', async () => {
    const started = Promise.withResolvers<void>();
    server = await start({
      env: { WORKER_CONCURRENCY: '1' },
      model: createTriangleModel({
        before: async (_input, _options, { signal }) => {
          started.resolve();
          await new Promise((resolve) => signal.addEventListener('abort', resolve));
        },
      }),
    });
    const batch = await upload(server, ['a.png', 'b.png']);
    await started.promise;
    const [, waiting] = batch.uploaded_files;
    const cancelFile = `/api/v1/status/tasks/${batch.task_id}/files/${waiting?.file_id}/cancel`;
    expect((await server.ask(cancelFile, { method: 'POST' })).status).toBe(202);
    await problem(await server.ask(cancelFile, { method: 'POST' }), 409, 'TASK_ENDED');
    expect((await taskNow(server, batch.task_id)).status).toBe('processing');

    const cancel = `/api/v1/status/tasks/${batch.task_id}/cancel`;
    const answer = await server.ask(cancel, { method: 'POST' });
    expect(answer.status).toBe(202);
    expect(await answer.json()).toMatchObject({ task_id: batch.task_id, status: 'cancelling' });
    const task = await ended(server, batch.task_id);
    expect(task.status).toBe('cancelled');
    expect(task.files.map(({ status }) => status)).toEqual(['cancelled', 'cancelled']);
    await problem(await server.ask(cancel, { method: 'POST' }), 409, 'TASK_ENDED');

    const unknown = `/api/v1/status/tasks/${batch.task_id}/files/${crypto.randomUUID()}/cancel`;
    await problem(await server.ask(unknown, { method: 'POST' }), 404, 'FILE_NOT_FOUND');
  });
});

describe('the models', () => {
  it('are listed', async () => {
    server = await start();
    const list = modelListSchema.parse(await (await server.ask('/api/v1/models/available')).json());
    expect(list).toMatchObject({ default_model: 'local', models: [{ id: 'local', requires_key: false }] });
  });
});

describe('a file that fails', () => {
  it('says why, and the task fails where it was the only one', async () => {
    server = await start({
      model: createTriangleModel({
        before: async () => {
          throw new ModelError('FACE_LIMIT_TOO_LOW', { text: 'This shape needs at least 200 faces.' });
        },
      }),
    });
    const batch = await upload(server);
    const task = await ended(server, batch.task_id);
    expect(task).toMatchObject({ status: 'failed', details: { code: expect.stringMatching(/^[A-Z_]+$/) } });
    expect(task.files[0]).toMatchObject({ status: 'failed', error: expect.stringContaining('200 faces') });
    await problem(await server.ask(`/api/v1/download/${batch.job_id}/archive`), 404, 'FILE_NOT_FOUND');
  });
});
