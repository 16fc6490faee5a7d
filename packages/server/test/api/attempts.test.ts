import { jobListSchema, modelListSchema } from '@image2model/protocol';
import { describe, expect, it } from 'vitest';
import { ModelError } from '../../src/models/errors.ts';
import { picture, uploadForm } from '../support/server.ts';
import type { TestServer } from '../support/server.ts';
import { createTriangleModel } from '../support/triangle-model.ts';
import { ended, expectAccepted, send, start } from './support.ts';

let server: TestServer;

/** Uploads pictures that differ, so that no result can be taken for another's. */
async function upload(names: string[]) {
  const files = names.map(async (name, index): Promise<[string, Buffer]> => [
    name,
    await picture('png', `hsl(${index * 40 + names.length}, 50%, 50%)`),
  ]);
  return await expectAccepted(await send(server, uploadForm(await Promise.all(files))));
}

describe('a file that was attempted again', () => {
  it('says so in its task, in its job and on the stream, with the reason', async () => {
    let attempts = 0;
    const error = 'The provider did not answer in time';
    server = await start({
      model: createTriangleModel({
        before: async ({ filename }) => {
          if (filename !== 'chair.png') return;
          attempts += 1;
          if (attempts === 1) throw new ModelError('PROVIDER_TIMEOUT', { text: error }, { retryable: true });
        },
      }),
    });
    const { job_id, task_id } = await upload(['chair.png', 'mug.png']);
    const task = await ended(server, task_id);
    expect(task.files[0]).toMatchObject({ status: 'completed', attempts: 2, last_error: error });
    expect(task.files[1]).not.toHaveProperty('attempts');
    expect(task.files[1]).not.toHaveProperty('last_error');

    const { jobs } = jobListSchema.parse(await (await server.ask('/api/v1/jobs')).json());
    expect(jobs[0]).toMatchObject({ job_id, files: [{ attempts: 2, last_error: error }, { filename: 'mug.png' }] });
    expect(jobs[0]?.files[1]).not.toHaveProperty('attempts');

    const stream = await server.ask(`/api/v1/status/tasks/${task_id}/stream`);
    expect(await stream.text()).toMatch(new RegExp(`"attempts":2,"last_error":"${error}"`));
  });
});

describe('how long a model takes', () => {
  it('is told once this installation has made enough with it', async () => {
    server = await start();
    const typical = async () => {
      const { models } = modelListSchema.parse(await (await server.ask('/api/v1/models/available')).json());
      return models[0]?.typical_seconds;
    };
    expect(await typical()).toBeNull();
    await ended(server, (await upload(['1.png', '2.png', '3.png', '4.png'])).task_id);
    expect(await typical()).toBeNull();
    await ended(server, (await upload(['5.png'])).task_id);
    expect(await typical()).toBeGreaterThanOrEqual(0);
  });
});
