import {
  jobProgressSchema,
  jobSchema,
  messageTexts,
  problemSchema,
  toMessage,
  translateMessage,
} from '@image2model/protocol';
// oxlint-disable-next-line no-restricted-imports -- what clients make of the values
import { meshTextsDe, messageTextsDe } from '@image2model/protocol/de';
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

  it('in a rejected upload: its detail alone names the file and the reason, and counts right, in both languages', async () => {
    const [good, note, cut] = [await picture(), Buffer.from('a note'), (await picture()).subarray(0, 60)];
    const limit = 'The face limit must be a whole number from 100 to 1000000.';
    const cases: [files: [string, Uint8Array][], fields: Record<string, string>, detail: string, german: string][] = [
      [
        [['note.png', note]],
        {},
        'note.png: This file type isn’t supported; use JPEG, PNG or WebP.',
        'note.png: Dieser Dateityp wird nicht unterstützt; möglich sind JPEG, PNG und WebP.',
      ],
      [
        [
          ['good.png', good],
          ['empty.png', Buffer.alloc(0)],
        ],
        {},
        'empty.png is empty.',
        'empty.png ist leer.',
      ],
      [
        [
          ['good.png', good],
          ['note.png', note],
          ['cut.png', cut],
        ],
        {},
        '2 of 3 files cannot be used. The first: note.png: This file type isn’t supported; use JPEG, PNG or WebP.',
        '2 von 3 Dateien sind nicht verwendbar. Die erste: note.png: Dieser Dateityp wird nicht unterstützt; möglich sind JPEG, PNG und WebP.',
      ],
      [
        [['good.png', good]],
        { face_limit: 'many' },
        limit,
        'Die Höchstzahl der Dreiecke muss eine ganze Zahl von 100 bis 1000000 sein.',
      ],
      [
        [['good.png', good]],
        { face_limit: 'many', model: 'none' },
        `This upload has 2 errors. The first: ${limit}`,
        'Dieser Upload hat 2 Fehler. Der erste: Die Höchstzahl der Dreiecke muss eine ganze Zahl von 100 bis 1000000 sein.',
      ],
      [
        [['note.png', note]],
        { face_limit: 'many' },
        `This upload has 2 errors. The first: ${limit}`,
        'Dieser Upload hat 2 Fehler. Der erste: Die Höchstzahl der Dreiecke muss eine ganze Zahl von 100 bis 1000000 sein.',
      ],
    ];
    for (const [files, fields, detail, german] of cases) {
      const refused = problemSchema.parse(await (await send(server, uploadForm(files, fields))).json());
      expect(refused.detail).toBe(detail);
      expect(translateMessage({ ...messageTextsDe, ...meshTextsDe }, toMessage('', refused))).toBe(german);
    }
  });

  it('in a request that is not valid: its detail alone names each field and the reason', async () => {
    const task = await upload(server);
    await ended(server, task.task_id);
    const ask = async (path: string, init?: RequestInit) => await server.ask(`/api/v1${path}`, init);
    const jobs = await problem(await ask('/jobs?limit=many&cursor=1&cursor=2'), 400, 'INVALID_REQUEST');
    expect(jobs.detail).toMatch(
      /^The query of the request is not valid\. (cursor|limit): Invalid .+; (cursor|limit): Invalid /,
    );
    const options = {
      method: 'POST',
      body: '{"options":{"depth":true}}',
      headers: { 'content-type': 'application/json' },
    };
    const retried = await problem(await ask(`/jobs/${task.job_id}/retry`, options), 400, 'INVALID_OPTIONS');
    expect(retried.detail).toBe('The options do not fit the model. depth must be a number.');
  });

  it('in a task of which no photo became a model: with the reason of the first', async () => {
    before = async () => {
      const said = { text: '3 of 4 servers are down', id: 'test.down', values: { down: 3, all: 4 } };
      throw new ModelError('CONTENT_REFUSED', said);
    };
    const {
      error,
      message_id: id,
      message_values: values,
    } = await ended(server, (await upload(server, ['a.png', 'b.png'])).task_id);
    expect(error).toBe('None of the 2 photos became a model. a.png: 3 of 4 servers are down');
    const texts = { ...messageTextsDe, 'test.down': '{down} von {all} Servern stehen' };
    expect(translateMessage(texts, { id, values })).toBe(
      'Aus keinem der 2 Fotos wurde ein Modell. a.png: 3 von 4 Servern stehen',
    );
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
