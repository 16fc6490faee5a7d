import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApiService, SSEManager } from '@image2model/client';
import { expect, onTestFinished, test } from 'vitest';
import { JobHistory } from './job-history.svelte.ts';

const job = (id: string, filename: string) => ({
  job_id: id,
  task_id: `task-${id}`,
  status: 'completed',
  created_at: '2026-01-01T00:00:00.000Z',
  total_files: 1,
  completed_files: 1,
  files: [{ file_id: 'a', filename, status: 'completed', photo_url: '/photo' }],
});

/** A server with two pages of jobs, of which one cannot be deleted. */
async function historyOfTwoPages() {
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    if (request.method === 'DELETE') {
      const runs = request.url?.endsWith('two') === true;
      response.statusCode = runs ? 409 : 200;
      const problem = {
        title: 'Running',
        status: 409,
        detail: 'It still runs.',
        code: 'JOB_RUNNING',
        request_id: '1',
        type: '',
      };
      response.end(JSON.stringify(runs ? problem : {}));
    } else if (request.url?.includes('cursor=next')) {
      response.end(JSON.stringify({ jobs: [job('two', 'Teapot.jpg')], next_cursor: null }));
    } else {
      response.end(JSON.stringify({ jobs: [job('one', 'duck.png')], next_cursor: 'next' }));
    }
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const api = new ApiService({ baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1` });
  return new JobHistory(api, new SSEManager({ api }));
}

test('pages follow one another and can be searched by file name', async () => {
  const history = await historyOfTwoPages();
  await history.load();
  expect(history.hasMore).toBe(true);
  await history.load();
  expect(history.hasMore).toBe(false);
  expect(history.jobs.map(({ job_id }) => job_id)).toEqual(['one', 'two']);
  history.search = ' teapot';
  expect(history.found.map(({ job_id }) => job_id)).toEqual(['two']);
});

test('a deleted job leaves the list, one that the server keeps stays with the reason', async () => {
  const history = await historyOfTwoPages();
  await history.load();
  await history.load();
  expect(await history.remove('one')).toBeUndefined();
  expect(await history.remove('two')).toBe('It still runs.');
  expect(history.jobs.map(({ job_id }) => job_id)).toEqual(['two']);
});
