import { jobProgressSchema, jobSchema, messageTexts } from '@image2model/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { ModelError } from '../../src/models/errors.ts';
import { picture, uploadForm } from '../support/server.ts';
import type { TestServer } from '../support/server.ts';
import { createTriangleModel } from '../support/triangle-model.ts';
import { ended, problem, send, start, upload } from './support.ts';

let server: TestServer;
/** What the model does first. */
let before: NonNullable<Parameters<typeof createTriangleModel>[0]>['before'];

beforeEach(async () => {
  before = undefined;
  server = await start({ model: createTriangleModel({ before: async (...all) => await before?.(...all) }) });
});

const post = async (path: string): Promise<unknown> =>
  await (await server.ask(`/api/v1${path}`, { method: 'POST' })).json();

describe('what the server says to people has an id and values beside its English', () => {
  it('in the answers to an upload, a cancel and a retry', async () => {
    const started = Promise.withResolvers<void>();
    before = async (_picture, _options, { signal }) => {
      started.resolve();
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    };
    const one = await upload(server);
    expect(one).toMatchObject({ message: messageTexts['upload.queued_one'], message_id: 'upload.queued_one' });
    expect(one).not.toHaveProperty('message_values');
    await started.promise;
    const cancel = `/status/tasks/${one.task_id}/cancel`;
    expect(await post(cancel)).toMatchObject({ message_id: 'task.cancelling', status: 'cancelling' });
    await ended(server, one.task_id);
    before = undefined;
    const retried = (await post(`/jobs/${one.job_id}/retry`)) as { task_id: string };
    expect(retried).toMatchObject({ message_id: 'job.retrying', message: messageTexts['job.retrying'] });
    await ended(server, retried.task_id);
    const several = await upload(server, ['a.png', 'b.png']);
    expect(several).toMatchObject({
      message: '2 photos uploaded and queued',
      message_id: 'upload.queued',
      message_values: { total: 2 },
    });
    await ended(server, several.task_id);
  });

  it('in a rejected upload with several problems, of one file or more', async () => {
    for (const [names, expected] of [
      [['a.png'], { detail: '2 things are wrong with this upload of 1 file.', message_id: 'error.several_one' }],
      [['a.png', 'b.png'], { message_id: 'error.several', message_values: { count: 2, files: 2 } }],
    ] as const) {
      const bytes = await picture();
      const fields = { face_limit: 'many', model: 'none' };
      const form = uploadForm(
        names.map((name) => [name, bytes]),
        fields,
      );
      expect(await problem(await send(server, form), 400, 'INVALID_FACE_LIMIT')).toMatchObject(expected);
    }
  });

  it('in a task, a job, its progress, and the reason of an earlier failure', async () => {
    let attempts = 0;
    before = async () => {
      attempts += 1;
      const said = { text: '3 of 4 servers are down', id: 'test.down', values: { down: 3, all: 4 } };
      if (attempts === 1) throw new ModelError('PROVIDER_UNAVAILABLE', said, { retryable: true });
    };
    const { job_id: job, task_id: taskId } = await upload(server);
    const task = await ended(server, taskId);
    expect(task).toMatchObject({ message_id: 'task.ready_one' });
    const expected = {
      message: messageTexts['file.ready'],
      message_id: 'file.ready',
      last_error: '3 of 4 servers are down',
      last_error_id: 'test.down',
      last_error_values: { down: 3, all: 4 },
    };
    expect(task.files[0]).toMatchObject(expected);
    const { files } = jobSchema.parse(await (await server.ask(`/api/v1/jobs/${job}`)).json());
    expect(files[0]).toMatchObject(expected);
    const progress = await (await server.ask(`/api/v1/status/jobs/${job}/progress`)).json();
    const [file] = Object.values(jobProgressSchema.parse(progress).files);
    expect(file).toMatchObject({ message_id: 'file.ready' });
  });
});
