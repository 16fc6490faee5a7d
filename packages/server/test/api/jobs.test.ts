import { jobProgressSchema, modelListSchema } from '@image2model/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestServer } from '../support/server.ts';
import type { TestServer } from '../support/server.ts';
import { createTriangleModel } from '../support/triangle-model.ts';
import { ended, problem, taskNow, upload } from './support.ts';

let server: TestServer;

beforeEach(async () => {
  server = await startTestServer();
});

afterEach(async () => {
  await server.stop();
});

describe('an upload', () => {
  it('becomes a task that is done a moment later, by both spellings', async () => {
    const accepted = await upload(server, ['chair.png', 'chair.png', 'mug.jpg']);
    expect(accepted).toMatchObject({ face_limit: null, total_files: 3, status: 'uploaded' });
    expect(accepted.uploaded_files.map(({ filename }) => filename)).toEqual(['chair.png', 'chair.png', 'mug.jpg']);
    // Judged by content: the one called .jpg is a PNG.
    expect(accepted.uploaded_files[2]?.content_type).toBe('image/png');

    const task = await ended(server, accepted.task_id);
    expect(task).toMatchObject({
      status: 'completed',
      progress: 100,
      current: 3,
      total: 3,
      total_files: 3,
      result: { job_id: accepted.job_id, total_files: 3, successful_files: 3, failed_files: 0 },
    });
    expect(task.files.map(({ file_id }) => file_id)).toEqual(accepted.uploaded_files.map(({ file_id }) => file_id));
    expect(task.files.map(({ result }) => result?.filename)).toEqual(['chair.glb', 'chair-2.glb', 'mug.glb']);
    const spelt = await server.ask(`/api/v1/status/tasks/${accepted.task_id}/status/`);
    expect(await spelt.json()).toEqual(task);

    const progress = await server.ask(`/api/v1/status/jobs/${accepted.job_id}/progress`);
    expect(jobProgressSchema.parse(await progress.json())).toMatchObject({
      overall_progress: 100,
      total_files: 3,
      completed_files: 3,
      failed_files: 0,
      files: {
        [accepted.uploaded_files[0]?.file_id ?? '']: { filename: 'chair.png', status: 'completed', progress: 100 },
      },
    });
  });
});
void createTriangleModel;
void problem;
void taskNow;
void modelListSchema;
