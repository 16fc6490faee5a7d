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
async function resultsOf(
  jobs: object[],
  stream = '',
  { asked = [], wanted = '' }: { asked?: string[]; wanted?: string } = {},
) {
  const models = [{ id: 'm', name: 'M', formats: ['glb', 'stl'], options_schema: {} }];
  const baseUrl = await serve(({ url = '' }, response) => {
    asked.push(url);
    if (url.endsWith('/stream'))
      return void response.writeHead(200, { 'content-type': 'text/event-stream' }).end(stream);
    const body = url.endsWith('/available') ? { models, default_model: 'm' } : jobs.length > 1 ? jobs.shift() : jobs[0];
    response.writeHead(body ? 200 : 404, { 'content-type': body ? 'application/json' : 'application/problem+json' });
    response.end(JSON.stringify(body ?? { code: 'JOB_NOT_FOUND', detail: 'There is no job.' }));
  });
  const api = new ApiService({ baseUrl });
  const results = new JobResults(api, new SSEManager({ api }), 'j', wanted);
  await results.load();
  return results;
}

/** As `resultsOf`, and everything that was sent. */
async function mendable(jobs: object[], retry: { status: number; body: object }) {
  const sent: string[] = [];
  const events = [
    ['file_update', { file_id: 'a', status: 'processing', progress: 40, message: 'Finding the object', sequence: 1 }],
    ['file_update', { file_id: 'a', status: 'completed', progress: 100, message: 'Done', sequence: 2 }],
    ['task_completed', { task_id: 't2', job_id: 'j', sequence: 3, timestamp: 0, result: {} }],
  ] as const;
  const baseUrl = await serve((request, response) => {
    const { url = '', method } = request;
    if (url.endsWith('/stream')) {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const frames = events.map(
        ([name, data]) => `event: ${name}\nid: ${data.sequence}\ndata: ${JSON.stringify(data)}\n\n`,
      );
      return void response.end(frames.join(''));
    }
    if (method === 'POST') {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => sent.push(`${url} ${Buffer.concat(chunks).toString('latin1')}`));
      request.on('end', () =>
        response
          .writeHead(retry.status, {
            'content-type': retry.status < 400 ? 'application/json' : 'application/problem+json',
          })
          .end(JSON.stringify(retry.body)),
      );
      return;
    }
    const body = url.endsWith('/available')
      ? { models: [], default_model: 'm' }
      : jobs.length > 1
        ? jobs.shift()
        : jobs[0];
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  const api = new ApiService({ baseUrl });
  const results = new JobResults(api, new SSEManager({ api }), 'j');
  await results.load();
  return { results, sent };
}

const made = (status: string, time: string, more = {}) => ({
  ...file('a', status),
  mask_url: 'http://elsewhere/api/v1/download/j/masks/a',
  result: { ...model('a'), created_time: time, rendered_image: { url: '/api/v1/a.webp' } },
  ...more,
});

test('mending a cut-out sends its mask for that file alone; its model stays until the new one is there', async () => {
  const { results, sent } = await mendable(
    [
      job('completed', [made('completed', 'first')], []),
      job('processing', [made('processing', 'first')], []),
      job('completed', [made('completed', 'second')], []),
    ],
    { status: 202, body: { job_id: 'j', task_id: 't2', status: 'queued', message: 'Queued' } },
  );
  const [before] = results.models;
  expect(before).toMatchObject({ photoName: 'a.png', maskUrl: '/api/v1/download/j/masks/a', version: '' });
  const seen: (number | undefined)[] = [];
  const mending = before && results.mend(before, new Blob(['a mask']));
  await expect
    .poll(() => {
      const [shown] = results.models;
      seen.push(shown?.renewal?.progress);
      return shown?.version;
    })
    .toBe('second');
  expect(await mending).toBeUndefined();
  expect(seen).not.toHaveLength(0);
  expect(results.models).toMatchObject([{ rendered_image: { url: '/api/v1/a.webp?v=second' } }]);
  expect(results.models[0]?.renewal).toBeUndefined();
  expect(sent).toHaveLength(1);
  expect(sent[0]).toMatch(
    /^\/api\/v1\/jobs\/j\/retry [^]*name="file_ids"\s+\["a"\][^]*name="masks"; filename="a.png"[^]*a mask/,
  );
});

test('what is made again while its model stays counts as open, and is renewed', async () => {
  const { results } = await mendable([job('processing', [made('processing', 'first'), file('b', 'pending')], [])], {
    status: 200,
    body: {},
  });
  expect([results.open, results.renewed, results.models.length]).toEqual([2, 1, 1]);
});

test('without a mask, the one of before is dropped', async () => {
  const { results, sent } = await mendable([job('completed', [made('completed', 'first')], [])], {
    status: 202,
    body: { job_id: 'j', task_id: 't2', status: 'queued', message: 'Queued' },
  });
  const [shown] = results.models;
  expect(shown && (await results.mend(shown, undefined, 'flat'))).toBeUndefined();
  const asked = { file_ids: ['a'], drop_masks: ['a'], options: { shape: 'flat' } };
  expect(JSON.parse(sent[0]?.split(' ').slice(1).join(' ') ?? '')).toEqual(asked);
});

test('a refusal of the mask is given back, and a model that could not be made again says why', async () => {
  const kept = {
    message: 'The earlier one stays',
    message_id: 'file.remake_failed',
    message_values: { reason: 'No.' },
  };
  const { results } = await mendable([job('completed', [made('completed', 'first', kept)], [])], {
    status: 422,
    body: { code: 'MASK_INVALID', detail: 'It is black.', status: 422 },
  });
  const [shown] = results.models;
  expect(shown?.kept).toMatchObject(kept);
  expect(shown && (await results.mend(shown, new Blob()))).toMatchObject({ code: 'MASK_INVALID' });
});

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

test('every task that has not ended is followed, once', async () => {
  const task = (task_id: string, status: string) => ({ task_id, status, files: [] });
  const tasks = [task('t0', 'failed'), task('t1', 'processing'), task('t2', 'queued')];
  const asked: string[] = [];
  const running = job('queued', [file('a', 'pending'), file('b', 'processing')], tasks);
  const results = await resultsOf([running], '', { asked });
  await results.load();
  const followed = () => asked.filter((url) => url.endsWith('/stream')).map((url) => /t\d/.exec(url)?.[0]);
  await expect.poll(() => new Set(followed())).toEqual(new Set(['t1', 't2']));
  results.close();
});

test('a missing job is an error', async () => {
  const results = await resultsOf([]);
  expect(results.state).toBe('failed');
  expect(results.error).toMatchObject({ code: 'JOB_NOT_FOUND' });
});

const solid = (id: string, status = 'completed') => file(id, status);
const relief = (id: string) => ({
  ...file(id, 'completed'),
  result: { ...model(id), statistics: { method: 'relief' } },
});

test('the first model shown is the first that is a body, and the wanted one before that', async () => {
  const files = [relief('a'), solid('b'), solid('c')];
  const results = await resultsOf([job('completed', files, [])]);
  expect(results.chosen?.file_id).toBe('b');
  const wanting = await resultsOf([job('completed', files, [])], '', { wanted: 'a' });
  expect(wanting.chosen?.file_id).toBe('a');
  const all = await resultsOf([job('completed', [relief('a'), relief('b')], [])], '', { wanted: 'gone' });
  expect(all.chosen?.file_id).toBe('a');
});

test('what is shown stays when an earlier file is ready, and each file has its place from the start', async () => {
  const results = await resultsOf([
    job('processing', [file('a', 'processing'), relief('b'), file('c', 'pending')], []),
    job('processing', [solid('a'), relief('b'), file('c', 'failed')], []),
    job('completed', [solid('a'), relief('b'), file('c', 'failed')], []),
  ]);
  const places = () => results.places.map(({ fileId, status, model: own }) => [fileId, status, own !== undefined]);
  expect(results.chosen?.file_id).toBe('b');
  expect(places()).toEqual([
    ['a', 'processing', false],
    ['b', 'completed', true],
    ['c', 'pending', false],
  ]);
  await results.load();
  expect(results.chosen?.file_id).toBe('b');
  await results.load();
  expect(results.chosen?.file_id).toBe('b');
  expect(places()).toEqual([
    ['a', 'completed', true],
    ['b', 'completed', true],
  ]);
});

test('previous and next go round through the models', async () => {
  const results = await resultsOf([job('completed', [solid('a'), file('b', 'failed'), solid('c')], [])]);
  const seen = [1, 1, -1].map((by) => {
    results.step(by as 1 | -1);
    return results.chosen?.file_id;
  });
  expect(seen).toEqual(['c', 'a', 'c']);
});
