import { ApiService, SSEManager } from '@image2model/client';
import { expect, test } from 'vitest';
import { serve } from '../../../test/serve.ts';
import { JobHistory } from './job-history.svelte.ts';

const job = (id: string, filename: string, status = 'completed') => ({
  job_id: id,
  task_id: `task-${id}`,
  status,
  model: id === 'two' ? 'other' : 'local',
  created_at: '2026-01-01T00:00:00.000Z',
  total_files: 1,
  completed_files: status === 'completed' ? 1 : 0,
  failed_files: status === 'failed' ? 1 : 0,
  files: [{ file_id: 'a', filename, status, progress: 100, photo_url: '/photo', result: null }],
});

const running = {
  title: 'Running',
  status: 409,
  detail: 'It still runs.',
  code: 'JOB_RUNNING',
  request_id: '1',
  type: '',
};

const ending = `event: task_completed
id: 7
data: ${JSON.stringify({ task_id: 'task-again', sequence: 7, timestamp: 0, job_id: 'two', result: {} })}

`;

/** A server with two pages of jobs, of which one failed and one cannot be deleted. */
async function historyOfTwoPages({ one = 'kept' } = {}) {
  let asked = 0;
  const baseUrl = await serve(({ method, url = '' }, response) => {
    const answer = (body: object, status = 200) => {
      const type = status < 400 ? 'application/json' : 'application/problem+json';
      response.writeHead(status, { 'content-type': type }).end(JSON.stringify(body));
    };
    if (method === 'DELETE' && url.endsWith('two')) answer(running, 409);
    else if (url.endsWith('/stream')) response.writeHead(200, { 'content-type': 'text/event-stream' }).end(ending);
    else if (url.endsWith('/retry')) answer({ task_id: 'task-again', job_id: 'two' });
    else if (method !== 'GET') answer({ job_id: 'one', status: 'deleted' });
    else if (url.includes('cursor=next')) answer({ jobs: [job('two', 'Teapot.jpg', 'failed')], next_cursor: null });
    else if (one === 'gone' && url.includes('/jobs?') && asked++ > 0)
      answer({ jobs: [job('two', 'Teapot.jpg', 'failed')], next_cursor: null });
    else if (url.includes('/jobs?')) answer({ jobs: [job('one', 'duck.png')], next_cursor: 'next' });
    else answer({ ...job('two', 'Teapot.jpg'), tasks: [] });
  });
  const api = new ApiService({ baseUrl });
  return new JobHistory(api, new SSEManager({ api }));
}

const ids = (entries: JobHistory['found']) => entries.map((entry) => entry.job.job_id);

test('pages follow one another and can be searched by file name, state and model', async () => {
  const history = await historyOfTwoPages();
  await history.load();
  expect(history.hasMore).toBe(true);
  await history.loadAll();
  expect(history.hasMore).toBe(false);
  expect(ids(history.entries)).toEqual(['one', 'two']);
  expect(history.models).toEqual(['local', 'other']);
  for (const search of [' teapot', 'TÉAPOT', 'te\u0301apot']) {
    history.search = search;
    expect(ids(history.found)).toEqual(['two']);
  }
  history.search = 'teapot local';
  expect(history.found).toEqual([]);
  history.search = 'other teapot';
  expect(ids(history.found)).toEqual(['two']);
  history.status = 'completed';
  expect(history.found).toEqual([]);
  history.search = '';
  expect(ids(history.found)).toEqual(['one']);
});

test('a deleted job leaves the list, and one that the server refuses to delete stays, with the reason', async () => {
  const history = await historyOfTwoPages();
  await history.loadAll();
  const [one, two] = history.entries;
  expect(one && (await history.remove(one))).toBeUndefined();
  expect(two && (await history.remove(two))).toMatch(/^The batch is still in progress\./);
  expect(ids(history.entries)).toEqual(['two']);
});

test('a retried job is followed, and its result is loaded when it ends', async () => {
  const history = await historyOfTwoPages();
  await history.loadAll();
  const entry = history.entries[1];
  expect(entry?.canRetry).toBe(true);
  const asked = entry && history.retry(entry);
  expect(await asked).toBeUndefined();
  expect(entry?.job.task_id).toBe('task-again');
  await expect.poll(() => entry?.job.status).toBe('completed');
  expect(entry?.canRetry).toBe(false);
});

test('the list is restored as it was left, and what was deleted elsewhere leaves it', async () => {
  const left = await historyOfTwoPages();
  await left.loadAll();
  left.search = 'duck';
  const history = await historyOfTwoPages();
  await history.restore(left.place);
  expect(ids(history.entries)).toEqual(['one', 'two']);
  expect(ids(history.found)).toEqual(['one']);
  await history.restore({ ...left.place, drawn: 180 });
  expect(history.place.drawn).toBe(180);
  history.search = '';
  expect(history.place.drawn).toBe(60);
  const elsewhere = await historyOfTwoPages({ one: 'gone' });
  await elsewhere.loadAll();
  expect(ids(elsewhere.entries)).toEqual(['one', 'two']);
  await elsewhere.refresh();
  expect(ids(elsewhere.entries)).toEqual(['two']);
});

test('a refresh keeps what other pages have, though the clock of the server was set meanwhile', async () => {
  let hour = '12';
  const baseUrl = await serve(({ url = '' }, response) => {
    const timed = (id: string) => ({ ...job(id, `${id}.png`), created_at: `2026-01-01T${hour}:00:00.000Z` });
    const page = url.includes('cursor=next')
      ? { jobs: [timed('three'), timed('four')], next_cursor: null }
      : { jobs: hour === '12' ? [timed('one'), timed('two')] : [timed('new'), timed('two')], next_cursor: 'next' };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(page));
  });
  const api = new ApiService({ baseUrl });
  const history = new JobHistory(api, new SSEManager({ api }));
  await history.loadAll();
  expect(ids(history.entries)).toEqual(['one', 'two', 'three', 'four']);
  // Set back by an hour; and somebody has deleted a job.
  hour = '11';
  await history.refresh();
  expect(ids(history.entries)).toEqual(['new', 'two', 'three', 'four']);
});
