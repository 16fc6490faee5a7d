/* oxlint-disable vitest/expect-expect -- `problem` expects */
import { beforeEach, describe, expect, it } from 'vitest';
import { removeFinished } from '../../src/jobs/retention.ts';
import { ModelError } from '../../src/models/errors.ts';
import { picture, uploadForm } from '../support/server.ts';
import type { TestServer } from '../support/server.ts';
import { createTriangleModel } from '../support/triangle-model.ts';
import { ended, json, problem, send, start, storedJobs, upload } from './support.ts';

let server: TestServer;
/** What the model does, until a test wants something else. */
let before: NonNullable<Parameters<typeof createTriangleModel>[0]>['before'];

const owner = { headers: { authorization: 'Bearer mine' } };
const mine = (method: string, body?: object): RequestInit =>
  body === undefined ? { method, ...owner } : json(method, body, owner.headers);

/** Ways in which clients send no body. */
const emptyBodies: [title: string, init: () => Omit<RequestInit, 'headers'> & { headers?: Record<string, string> }][] =
  [
    ['nothing at all', () => ({ method: 'POST' })],
    ['a content type alone', () => json('POST', undefined) as { headers: Record<string, string> }],
    ['an empty text', () => ({ method: 'POST', body: '' })],
    ['an empty form', () => ({ method: 'POST', body: new URLSearchParams() })],
    [
      'no chunk',
      () => ({ method: 'POST', body: noChunk(), duplex: 'half', headers: { 'content-type': 'application/json' } }),
    ],
    ['no chunk, with no content type', () => ({ method: 'POST', body: noChunk(), duplex: 'half' })],
    [
      'no chunk of text',
      () => ({ method: 'POST', body: noChunk(), duplex: 'half', headers: { 'content-type': 'text/plain' } }),
    ],
    ['an unknown content type alone', () => ({ method: 'POST', headers: { 'content-type': 'x/y' } })],
    ['a form’s content type alone', () => ({ method: 'POST', headers: { 'content-type': 'multipart/form-data' } })],
    ['{}', () => json('POST', {}) as { headers: Record<string, string> }],
    ['null', () => json('POST', null) as { headers: Record<string, string> }],
  ];
const noChunk = (): ReadableStream => new ReadableStream({ start: (controller) => controller.close() });

beforeEach(async () => {
  before = undefined;
  server = await start({
    env: { API_KEYS: 'mine,theirs', ADMIN_API_KEYS: 'root' },
    model: createTriangleModel({ before: async (...all) => await before?.(...all) }),
  });
});

describe('an upload with an Idempotency-Key', () => {
  const sendWith = async (key: string, name = 'a.png', fields?: Record<string, string>): Promise<Response> => {
    const headers = { ...owner.headers, 'idempotency-key': key };
    return await send(server, uploadForm([[name, await picture()]], fields), { headers });
  };

  it('is done once, and answered alike each time', async () => {
    const answers = await Promise.all([sendWith('key'), sendWith('key'), sendWith('key')]);
    const bodies = await Promise.all(answers.map(async (answer) => (await answer.json()) as { task_id: string }));
    expect(bodies[1]).toEqual(bodies[0]);
    expect(bodies[2]).toEqual(bodies[0]);
    await ended(server, bodies[0]?.task_id ?? '', owner);
    expect(await storedJobs(server)).toHaveLength(1);
  });

  it('is refused where the key was used for something else', async () => {
    const { task_id: task } = (await (await sendWith('key')).json()) as { task_id: string };
    await problem(await sendWith('key', 'b.png'), 422, 'IDEMPOTENCY_KEY_REUSED');
    await problem(await sendWith('key', 'a.png', { face_limit: '500' }), 422, 'IDEMPOTENCY_KEY_REUSED');
    await problem(await sendWith('x'.repeat(256)), 400, 'INVALID_REQUEST');
    await ended(server, task, owner);
    expect(await storedJobs(server)).toHaveLength(1);
  });

  it("does not meet another owner's", async () => {
    const first = (await (await sendWith('key')).json()) as { job_id: string; task_id: string };
    const theirs = { authorization: 'Bearer theirs', 'idempotency-key': 'key' };
    const second = await upload(server, ['other.png'], { headers: theirs });
    expect(second.job_id).not.toBe(first.job_id);
    await ended(server, first.task_id, owner);
    await ended(server, second.task_id, { headers: theirs });
  });
});

describe('jobs', () => {
  it('are listed newest first, page by page, to their owner alone', async () => {
    const ids: string[] = [];
    for (const name of ['a.png', 'b.png', 'c.png']) {
      const { job_id: job, task_id: task } = await upload(server, [name], owner);
      await ended(server, task, owner);
      ids.unshift(job);
    }
    type Page = { jobs: { job_id: string }[]; next_cursor: string | null };
    const first = (await (await server.ask('/api/v1/jobs?limit=2', owner)).json()) as Page;
    expect(first.jobs.map(({ job_id: id }) => id)).toEqual(ids.slice(0, 2));
    const rest = `/api/v1/jobs?limit=2&cursor=${encodeURIComponent(first.next_cursor ?? '')}`;
    const second = (await (await server.ask(rest, owner)).json()) as Page;
    expect(second).toMatchObject({
      jobs: [{ job_id: ids[2], status: 'completed', total_files: 1 }],
      next_cursor: null,
    });
    const theirs = await server.ask('/api/v1/jobs', { headers: { authorization: 'Bearer theirs' } });
    expect(await theirs.json()).toEqual({ jobs: [], next_cursor: null });
    await problem(await server.ask('/api/v1/jobs?limit=0', owner), 400, 'INVALID_REQUEST');
  });

  it('run their failed files again as a new task', async () => {
    before = async ({ filename }) => {
      if (filename === 'b.png') throw new ModelError('FACE_LIMIT_TOO_LOW', { text: 'Not with so few faces.' });
    };
    const accepted = await upload(server, ['a.png', 'b.png'], owner);
    await ended(server, accepted.task_id, owner);
    before = undefined;
    const retry = `/api/v1/jobs/${accepted.job_id}/retry`;
    await problem(await server.ask(retry, mine('POST', { model: 'none' })), 400, 'UNKNOWN_MODEL');
    await problem(await server.ask(retry, mine('POST', { options: { depth: true } })), 400, 'INVALID_OPTIONS');
    const response = await server.ask(retry, mine('POST', { options: { depth: 'soft' } }));
    expect(response.status).toBe(200);
    const { task_id: again } = (await response.json()) as { task_id: string };
    const task = await ended(server, again, owner);
    expect(task).toMatchObject({ job_id: accepted.job_id, status: 'completed', total_files: 1 });
    const job = await server.ask(`/api/v1/jobs/${accepted.job_id}`, owner);
    expect(await job.json()).toMatchObject({
      status: 'completed',
      completed_files: 2,
      task_id: again,
      files: [{ status: 'completed' }, { status: 'completed', result: { filename: 'b.glb' } }],
      tasks: [{ task_id: accepted.task_id }, { task_id: again }],
    });
    await problem(await server.ask(retry, mine('POST')), 409, 'NOTHING_TO_RETRY');
  });

  it('are deleted with all that is theirs, but not while they run', async () => {
    const started = Promise.withResolvers<void>();
    before = async (_input, _options, { signal }) => {
      started.resolve();
      await new Promise((done) => signal.addEventListener('abort', done));
    };
    const accepted = await upload(server, ['a.png'], owner);
    await started.promise;
    const path = `/api/v1/jobs/${accepted.job_id}`;
    await problem(await server.ask(path, mine('DELETE')), 409, 'JOB_RUNNING');
    await problem(await server.ask(`${path}/retry`, mine('POST')), 409, 'JOB_RUNNING');
    await server.ask(`/api/v1/status/tasks/${accepted.task_id}/cancel`, mine('POST'));
    await ended(server, accepted.task_id, owner);
    expect((await server.ask(path, mine('DELETE'))).status).toBe(200);
    expect(await storedJobs(server)).toEqual([]);
    await problem(await server.ask(path, owner), 404, 'JOB_NOT_FOUND');
    await problem(await server.ask(`/api/v1/status/tasks/${accepted.task_id}`, owner), 404, 'TASK_NOT_FOUND');
    await problem(await server.ask(path, mine('DELETE')), 404, 'JOB_NOT_FOUND');
  });

  it('are removed when they were kept long enough', async () => {
    for (const name of ['a.png', 'b.png']) await ended(server, (await upload(server, [name], owner)).task_id, owner);
    const signal = new AbortController().signal;
    expect(await removeFinished(server, 3_600_000, signal)).toBe(0);
    expect(await removeFinished(server, 0, signal)).toBe(2);
    expect(await storedJobs(server)).toEqual([]);
    expect(await (await server.ask('/api/v1/jobs', owner)).json()).toEqual({ jobs: [], next_cursor: null });
  });
});

describe('administration', () => {
  const root = { authorization: 'Bearer root' };

  it('is for its keys alone', async () => {
    await problem(await server.ask('/api/v1/admin/disk-usage', owner), 403, 'FORBIDDEN');
    await problem(await server.ask('/api/v1/admin/cleanup', mine('POST', { hours: 0 })), 403, 'FORBIDDEN');
    const open = await start();
    await problem(await open.ask('/api/v1/admin/disk-usage'), 403, 'FORBIDDEN');
  });

  it('knows the disk, and cleans up on demand', async () => {
    await ended(server, (await upload(server, ['a.png'], owner)).task_id, owner);
    const usage = (await (await server.ask('/api/v1/admin/disk-usage', { headers: root })).json()) as {
      total_bytes: number;
      free_bytes: number;
      data_bytes: number;
    };
    expect(usage.total_bytes).toBeGreaterThan(usage.free_bytes);
    expect(usage.data_bytes).toBeGreaterThan(0);
    const clean = async (body: object): Promise<unknown> =>
      await (await server.ask('/api/v1/admin/cleanup', json('POST', body, root))).json();
    expect(await clean({ hours: 1 })).toEqual({ dry_run: false, jobs: 0 });
    expect(await clean({ hours: 0, dry_run: true })).toEqual({ dry_run: true, jobs: 1 });
    expect(await storedJobs(server)).toHaveLength(1);
    expect(await clean({ hours: 0 })).toEqual({ dry_run: false, jobs: 1 });
    expect(await storedJobs(server)).toEqual([]);
  });

  it('cleans up by its defaults without a body, however that is sent', async () => {
    await ended(server, (await upload(server, ['a.png'], owner)).task_id, owner);
    for (const [title, empty] of emptyBodies) {
      const init = empty();
      const answer = await server.ask('/api/v1/admin/cleanup', { ...init, headers: { ...init.headers, ...root } });
      // Nothing has been kept for as long as RETENTION_HOURS.
      expect([title, await answer.json()]).toEqual([title, { dry_run: false, jobs: 0 }]);
    }
    await problem(await server.ask('/api/v1/admin/cleanup', json('POST', { hours: -1 }, root)), 400, 'INVALID_REQUEST');
    await problem(await server.ask('/api/v1/admin/cleanup', json('POST', [], root)), 400, 'INVALID_REQUEST');
    // What it does not read does not count as its defaults.
    for (const body of [uploadForm([], { dry_run: 'true' }), new URLSearchParams({ dry_run: 'true' }), 'dry_run']) {
      const answer = await server.ask('/api/v1/admin/cleanup', { method: 'POST', body, headers: root });
      await problem(answer, 415, 'UNSUPPORTED_MEDIA_TYPE');
      const nowhere = await server.ask('/api/v1/admin/nothing', { method: 'POST', body, headers: root });
      await problem(nowhere, 404, 'NOT_FOUND');
    }
  });
});

describe('a request whose body is optional', () => {
  it.each(emptyBodies)('does without it: %s', async (_, empty) => {
    const accepted = await upload(server, ['a.png'], owner);
    const post = async (path: string): Promise<Response> => {
      const init = empty();
      return await server.ask(`/api/v1${path}`, { ...init, headers: { ...init.headers, ...owner.headers } });
    };
    await ended(server, accepted.task_id, owner);
    const task = `/status/tasks/${accepted.task_id}`;
    const file = accepted.uploaded_files[0]?.file_id ?? '';
    expect((await post(`${task}/ticket`)).status).toBe(200);
    await problem(await post(`${task}/cancel`), 409, 'TASK_ENDED');
    await problem(await post(`${task}/files/${file}/cancel`), 409, 'TASK_ENDED');
    await problem(await post(`/jobs/${accepted.job_id}/retry`), 409, 'NOTHING_TO_RETRY');
  });
});
