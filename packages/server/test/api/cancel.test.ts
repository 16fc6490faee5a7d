import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { jobSchema } from '@image2model/protocol';
import { describe, expect, it } from 'vitest';
import type { ModelContext } from '../../src/models/contract.ts';
import { ModelError } from '../../src/models/errors.ts';
import { createScriptedModel } from '../support/scripted-model.ts';
import type { TestServer } from '../support/server.ts';
import { createTriangleModel } from '../support/triangle-model.ts';
import { ended, json, start, upload } from './support.ts';

let server: TestServer;

const post = (path: string, body?: object): Promise<Response> =>
  server.ask(`/api/v1${path}`, body ? json('POST', body) : { method: 'POST' });

/** A gate for each file, by its name: `reached` when the model works on it, `open` to let it go on. */
function gates() {
  const make = () => ({ reached: Promise.withResolvers<ModelContext>(), open: Promise.withResolvers<void>() });
  const all = new Map<string, ReturnType<typeof make>>();
  return (name: string) => all.get(name) ?? all.set(name, make()).get(name) ?? make();
}

describe('cancelling one file that is worked on', () => {
  it('stops its work, keeps nothing of it, gives its place to the next and lets the others go on', async () => {
    const gate = gates();
    const stopped = Promise.withResolvers<unknown>();
    server = await start({
      env: { WORKER_CONCURRENCY: '2' },
      model: createTriangleModel({
        before: async ({ filename }, _options, context) => {
          const { reached, open } = gate(filename);
          reached.resolve(context);
          context.signal.addEventListener('abort', () => stopped.resolve(context.signal.reason));
          await Promise.race([open.promise, stopped.promise]);
        },
      }),
    });
    const { task_id: task, job_id: job, uploaded_files: files } = await upload(server, ['a.png', 'b.png', 'c.png']);
    await gate('a.png').reached.promise;
    await gate('b.png').reached.promise;
    expect((await post(`/status/tasks/${task}/files/${files[0]?.file_id}/cancel`)).status).toBe(202);
    expect(await stopped.promise).toBe('cancelled');
    // Only now is there a place for it.
    await gate('c.png').reached.promise;
    for (const name of ['b.png', 'c.png']) gate(name).open.resolve();
    const end = await ended(server, task);
    expect(end.files.map(({ status }) => status)).toEqual(['cancelled', 'completed', 'completed']);
    expect(end).toMatchObject({ status: 'completed', result: { successful_files: 2, failed_files: 0 } });
    const results = await readdir(join(server.dataDir, 'files/jobs', job, 'models'));
    const made = new Set(results.map((name) => name.split('.')[0] ?? ''));
    expect([...made].toSorted()).toEqual(files.slice(1).map(({ file_id }) => file_id));
  });
});

describe('a retried job', () => {
  it('does not wait for a cancelled attempt that does not stop, and is not harmed by what that does late', async () => {
    const [first, second] = [gates()('first'), gates()('second')];
    let runs = 0;
    server = await start({
      env: { WORKER_CONCURRENCY: '2' },
      model: createTriangleModel({
        before: async (_input, _options, context) => {
          runs += 1;
          const { reached, open } = runs === 1 ? first : second;
          reached.resolve(context);
          // Whatever the signal says.
          await open.promise;
        },
      }),
    });
    const { task_id: task, job_id: job } = await upload(server);
    await first.reached.promise;
    expect((await post(`/status/tasks/${task}/cancel`)).status).toBe(202);
    expect((await ended(server, task)).status).toBe('cancelled');
    const retried = (await (await post(`/jobs/${job}/retry`)).json()) as { task_id: string };
    second.open.resolve();
    expect((await ended(server, retried.task_id)).status).toBe('completed');
    expect(runs).toBe(2);
    first.open.resolve();
    await expect.poll(() => server.log.filter((line) => line.includes('An attempt ended'))).toHaveLength(2);
    const listed = (await (await server.ask(`/api/v1/download/${job}/all`)).json()) as { download_urls: string[] };
    expect((await server.ask(listed.download_urls[0] ?? '')).status).toBe(200);
  });

  it('can be made by another model, with options of that one', async () => {
    const seen: unknown[] = [];
    const other = createTriangleModel({
      before: async (_input, { options, faceLimit }) => void seen.push([options, faceLimit]),
    });
    const failing = createScriptedModel({
      fault: () => {
        throw new ModelError('NO_FOREGROUND', { text: 'Nothing is to be seen.' });
      },
    });
    server = await start({ model: failing, others: { triangle: other } });
    const { task_id: task, job_id: job } = await upload(server, ['a.png']);
    expect((await ended(server, task)).status).toBe('failed');
    const answer = await post(`/jobs/${job}/retry`, { model: 'triangle', options: { depth: 'soft' } });
    const { task_id: again } = (await answer.json()) as { task_id: string };
    expect((await ended(server, again)).status).toBe('completed');
    expect(seen).toEqual([[{ depth: 'soft' }, null]]);
    const now = jobSchema.parse(await (await server.ask(`/api/v1/jobs/${job}`)).json());
    expect(now).toMatchObject({ status: 'completed', task_id: again, completed_files: 1, failed_files: 0 });
  });
});
