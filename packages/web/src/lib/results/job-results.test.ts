import { ApiService, SSEManager } from '@image2model/client';
import { expect, test } from 'vitest';
import { serve } from '../../../test/serve.ts';
import { JobResults } from './job-results.svelte.ts';

const model = (id: string) => ({
  file_id: id,
  filename: `${id}.glb`,
  size: 1000,
  statistics: {},
  rendered_image: null,
});
const file = (id: string, status: string) => ({
  file_id: id,
  filename: `${id}.png`,
  status,
  progress: 0,
  message: 'As the list says it',
  photo_url: `/photos/${id}`,
  result: status === 'completed' ? model(id) : null,
});
const update = (id: string, status: string, more = {}) => ({ file_id: id, status, ...more });
const job = (status: string, files: object[], tasks: object[]) => ({
  job_id: 'j',
  task_id: 't2',
  model: 'm',
  status,
  files,
  tasks,
});

/** A server that gives another state of the job each time, the last of them for good. */
async function resultsOf(jobs: object[], stream = '') {
  const models = [{ id: 'm', name: 'M', formats: ['glb', 'stl'], options_schema: {} }];
  const baseUrl = await serve(({ url = '' }, response) => {
    if (url.endsWith('/stream'))
      return void response.writeHead(200, { 'content-type': 'text/event-stream' }).end(stream);
    const body = url.endsWith('/available') ? { models, default_model: 'm' } : jobs.length > 1 ? jobs.shift() : jobs[0];
    response.writeHead(body ? 200 : 404, { 'content-type': body ? 'application/json' : 'application/problem+json' });
    response.end(JSON.stringify(body ?? { code: 'JOB_NOT_FOUND', detail: 'There is no job.' }));
  });
  const api = new ApiService({ baseUrl });
  const results = new JobResults(api, new SSEManager({ api }), 'j');
  await results.load();
  return results;
}

test('each file appears once: as a model with its attempts, or with its last error', async () => {
  const first = update('b', 'failed', { error: 'The old reason', details: { code: 'OLD' } });
  const second = update('b', 'failed', {
    error: 'Nothing is to be seen.',
    message_id: 'mesh.image_transparent',
    details: { code: 'NO_FOREGROUND', retryable: false },
  });
  const results = await resultsOf([
    job(
      'completed',
      [file('a', 'completed'), file('b', 'failed'), file('c', 'cancelled')],
      [{ files: [update('a', 'failed'), first] }, { files: [update('a', 'completed', { attempts: 2 }), second] }],
    ),
  ]);
  expect(results.models).toMatchObject([{ filename: 'a.glb', photoUrl: '/photos/a', attempts: 2 }]);
  expect(results.missing).toMatchObject([
    {
      photoName: 'b.png',
      message: 'Nothing is to be seen.',
      message_id: 'mesh.image_transparent',
      code: 'NO_FOREGROUND',
      retryable: false,
    },
    { photoName: 'c.png', message: 'As the list says it', code: '', retryable: true },
  ]);
  expect(results.formats).toEqual(['glb', 'stl']);
  expect(results.totalSize).toBe(1000);
});

test('what the server has lost is named once, and is no model any more', async () => {
  const said = { message: 'a.glb is missing', message_id: 'error.file_lost', message_values: { filename: 'a.glb' } };
  const lost = { ...file('a', 'completed'), result: { ...model('a'), missing: true, ...said } };
  const preview = { url: '/b.webp', missing: true };
  const partly = { ...file('b', 'completed'), result: { ...model('b'), rendered_image: preview, ...said } };
  const failed = { ...lost, file_id: 'c', status: 'failed' };
  const results = await resultsOf([job('completed', [lost, partly, failed], [])]);
  expect(results.models).toMatchObject([{ filename: 'b.glb', rendered_image: null }]);
  expect(results.lost).toMatchObject([
    { file_id: 'a', photoName: 'a.png', retryable: true, ...said },
    { file_id: 'b', photoName: 'b.png', retryable: true, ...said },
  ]);
  expect(results.missing).toMatchObject([{ file_id: 'c' }]);
});

test('while the job runs, further models appear by themselves', async () => {
  const done = { task_id: 't2', sequence: 9, timestamp: 0, job_id: 'j', result: {} };
  const results = await resultsOf(
    [
      job('processing', [file('a', 'completed'), file('b', 'processing')], []),
      job('completed', [file('a', 'completed'), file('b', 'completed')], []),
    ],
    `event: task_completed\nid: 9\ndata: ${JSON.stringify(done)}\n\n`,
  );
  expect(results.open).toBe(1);
  await expect.poll(() => results.models.map(({ filename }) => filename)).toEqual(['a.glb', 'b.glb']);
  expect(results.open).toBe(0);
  results.choose('b');
  expect(results.chosen?.filename).toBe('b.glb');
});

test('a missing job is an error', async () => {
  const results = await resultsOf([]);
  expect(results.state).toBe('failed');
  expect(results.error).toMatchObject({ code: 'JOB_NOT_FOUND' });
});
