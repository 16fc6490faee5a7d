import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { jobListSchema, jobSchema } from '@image2model/protocol';
import { expect, it } from 'vitest';
import { ended, expectAccepted, json, send, start, upload } from '../../test/api/support.ts';
import { newJob } from '../../test/support/jobs.ts';
import { mask, maskedForm } from '../../test/support/masks.ts';
import { picture, uploadForm } from '../../test/support/server.ts';
import type { TestServer } from '../../test/support/server.ts';
import { smallGlb } from '../../test/support/scripted-model.ts';
import { temporaryDirectory } from '../../test/support/temporary-directory.ts';
import { createTriangleModel } from '../../test/support/triangle-model.ts';
import { readConfig } from '../config.ts';
import { placesIn } from '../data-dir.ts';
import type { JobRow } from '../engine/contract.ts';
import { createDiskStore } from '../files/disk.ts';
import { endingKey, imageKey, manifestKey, modelKey, previewKey } from '../files/keys.ts';
import { ModelError } from '../models/errors.ts';
import { adopt } from './adopt.ts';

/** A server's folder that lost its database. */
async function withoutDatabase(fill: (server: TestServer) => Promise<void>): Promise<string> {
  const dataDir = join(await temporaryDirectory(), 'data');
  const server = await start({ dataDir, model: { ...fussy(), usesMasks: true } });
  await fill(server);
  await server.close(0);
  await rm(placesIn(dataDir).database);
  return dataDir;
}

/** A model that makes nothing of photos called `bad`, and never ends with those called `slow`. */
function fussy(): ReturnType<typeof createTriangleModel> {
  return createTriangleModel({
    before: async ({ filename }, _options, { signal }) => {
      if (filename.startsWith('bad')) throw new ModelError('NO_FOREGROUND', { text: 'Nothing is to be seen.' });
      if (filename.startsWith('slow')) await new Promise((done) => signal.addEventListener('abort', done));
    },
  });
}

async function run(dataDir: string, env: Record<string, string> = {}) {
  const lines: string[] = [];
  const config = readConfig({ DATA_DIR: dataDir, ...env });
  const adopted = await adopt({ config, print: (line) => lines.push(line) });
  return { ...adopted, lines };
}

async function jobOf(server: TestServer, jobId: string) {
  return jobSchema.parse(await (await server.ask(`/api/v1/jobs/${jobId}`)).json());
}

// Promised: `image2model adopt` gives jobs back from their files, with the same ids, owner, times and bytes.
it('gives each file the ending that it had, and one that can be tried again to those that had none', async () => {
  let jobId = '';
  let slowId = '';
  const dataDir = await withoutDatabase(async (server) => {
    const first = await upload(server, ['chair.png', 'bad.png', 'slow.png']);
    slowId = first.uploaded_files[2]?.file_id ?? '';
    jobId = first.job_id;
    await server.ask(`/api/v1/status/tasks/${first.task_id}/files/${slowId}/cancel`, { method: 'POST' });
    await ended(server, first.task_id);
    await upload(server, ['slow.png']);
  });
  expect(await run(dataDir)).toMatchObject({ takenUp: 2, left: 0 });
  const server = await start({ dataDir });
  const { files } = await jobOf(server, jobId);
  expect(files.map(({ status, message }) => [status, message])).toEqual([
    ['completed', 'The model is ready'],
    ['failed', 'Nothing is to be seen.'],
    ['cancelled', 'Cancelled'],
  ]);
  const { jobs } = jobListSchema.parse(await (await server.ask('/api/v1/jobs')).json());
  const unfinished = jobs.find((job) => job.job_id !== jobId);
  expect(unfinished?.files).toMatchObject([{ status: 'failed', message_id: 'file.adopted' }]);
  for (const each of jobs) {
    const again = await server.ask(`/api/v1/jobs/${each.job_id}/retry`, json('POST', {}));
    const { task_id: taskId } = (await again.json()) as { task_id: string };
    expect((await ended(server, taskId)).status).toBe('completed');
  }
});

it('takes up what versions before manifests left, for the owner that there is', async () => {
  const dataDir = await temporaryDirectory();
  const store = createDiskStore({ directory: placesIn(dataDir).files, minFreeBytes: 0 });
  const { jobId, files } = newJob(3);
  const [old, recent, open] = files.map(({ fileId }) => fileId) as [string, string, string];
  for (const fileId of [old, recent, open]) await store.write(imageKey(jobId, fileId), await picture('jpeg'));
  await store.write(modelKey({ jobId, fileId: old, attemptId: null }), smallGlb());
  const attempt = { jobId, fileId: recent, attemptId: 'f6f9fb45-6f0a-4f0e-8e9b-1f8f8a3b1c11' };
  await store.write(modelKey(attempt), smallGlb());
  await store.write(previewKey(attempt), Buffer.from('preview'));
  await mkdir(join(placesIn(dataDir).files, 'jobs', newJob(1).jobId));

  const { takenUp, left, lines } = await run(dataDir, { API_KEYS: 'mine,theirs' });
  expect({ takenUp, left }).toEqual({ takenUp: 1, left: 1 });
  expect(lines.join('\n')).toMatch(/3 photos, 2 models; whose it is was not written down.*\n?.*/);
  expect(lines.join('\n')).toMatch(/left jobs\/.*: there is no photo and no model in it/);
  const server = await start({ dataDir, env: { API_KEYS: 'mine,theirs' } });
  const get = async (path: string) => await server.ask(path, { headers: { authorization: 'Bearer mine' } });
  const job = jobSchema.parse(await (await get(`/api/v1/jobs/${jobId}`)).json());
  expect(job.files.map(({ filename, status }) => [filename, status])).toEqual([
    ['photo-1.jpeg', 'completed'],
    ['photo-2.jpeg', 'completed'],
    ['photo-3.jpeg', 'failed'],
  ]);
  expect(Buffer.from(await (await get(`/api/v1/download/${jobId}/photo-1.glb`)).arrayBuffer())).toEqual(
    Buffer.from(smallGlb()),
  );
  expect(await (await get(`/api/v1/download/${jobId}/photo-2.webp`)).text()).toBe('preview');
});

it('takes no model for whole that was altered, nor a manifest that was cut short', async () => {
  const jobs: JobRow[] = [];
  const dataDir = await withoutDatabase(async (server) => {
    for (const name of ['chair.png', 'stool.png', 'bench.png']) {
      const uploaded = await upload(server, [name]);
      await ended(server, uploaded.task_id);
      const job = await server.engine.job(uploaded.job_id);
      if (job) jobs.push(job);
    }
  });
  const [altered, cut, halfCut] = jobs;
  const [made] = altered?.files ?? [];
  if (!altered || !cut || !halfCut || !made) throw new Error('no job');
  const store = createDiskStore({ directory: placesIn(dataDir).files, minFreeBytes: 0 });
  await store.write(modelKey({ ...altered, ...made }), Buffer.from('not a model any more'));
  for (const key of [manifestKey(cut.jobId), endingKey(cut.jobId), endingKey(halfCut.jobId)]) {
    await store.write(key, Buffer.from('{"version":1,'));
  }
  expect(await run(dataDir)).toMatchObject({ takenUp: 3, left: 0 });
  const server = await start({ dataDir });
  expect((await jobOf(server, altered.jobId)).files).toMatchObject([{ filename: 'chair.png', status: 'failed' }]);
  expect((await jobOf(server, cut.jobId)).files).toMatchObject([{ filename: 'photo-1.png', status: 'completed' }]);
  expect((await jobOf(server, halfCut.jobId)).files).toMatchObject([{ filename: 'bench.png', status: 'completed' }]);
});

it('is refused while the server runs, and where there is nothing', async () => {
  const server = await start();
  await expect(run(server.dataDir)).rejects.toThrow(/in use by another server/);
  const empty = await temporaryDirectory();
  await expect(run(empty)).rejects.toThrow(/nothing to take up/);
  await mkdir(placesIn(empty).files);
  await writeFile(join(placesIn(empty).files, 'store.json'), 'cut sh');
  expect(await run(empty)).toMatchObject({ takenUp: 0, left: 0 });
  await (await start({ dataDir: empty })).close(0);
});

it('leaves earlier jobs of an older database as they are, and sends nothing twice', async () => {
  const dataDir = await withoutDatabase(async (server) => {
    const form = uploadForm([['a.png', await picture()]]);
    await ended(server, ((await (await send(server, form)).json()) as { task_id: string }).task_id);
  });
  expect((await run(dataDir)).takenUp).toBe(1);
  const later = await start({ dataDir });
  await ended(later, (await upload(later)).task_id);
  await later.close(0);
  expect(await run(dataDir)).toEqual({ takenUp: 0, left: 0, lines: ['took up 0 jobs'] });
});

it.each([
  ['with what was written down', true],
  ['by their names alone', false],
])('gives masks back, %s', async (_, hasManifest) => {
  const [first, second] = [await mask(), await mask({ kind: 'white' })];
  let jobId = '';
  const dataDir = await withoutDatabase(async (server) => {
    const files: [string, Uint8Array][] = [
      ['chair.jpg', await picture()],
      ['plain.jpg', await picture()],
    ];
    const sent = await expectAccepted(await send(server, maskedForm(files, [['chair.mask.png', first]])));
    jobId = sent.job_id;
    await ended(server, sent.task_id);
    const again = { method: 'POST', body: maskedForm([], [['chair.jpg', second]]) };
    const retried = await server.ask(`/api/v1/jobs/${jobId}/retry`, again);
    // Not its ending: the new mask is written down with the retry.
    await server.ask(`/api/v1/status/tasks/${((await retried.json()) as { task_id: string }).task_id}/cancel`, {
      method: 'POST',
    });
  });
  if (!hasManifest) {
    for (const key of [manifestKey(jobId), endingKey(jobId)])
      await rm(join(placesIn(dataDir).files, key), { force: true });
  }
  expect(await run(dataDir)).toMatchObject({ takenUp: 1, left: 0 });
  const server = await start({ dataDir, model: { ...createTriangleModel(), usesMasks: true } });
  const { files } = await jobOf(server, jobId);
  expect(files.map(({ has_mask: has, status }) => [has, status])).toEqual([
    [true, 'completed'],
    [undefined, 'completed'],
  ]);
  const given = await server.ask(files[0]?.mask_url ?? '');
  expect(given.headers.get('content-disposition')).toContain(hasManifest ? '"chair.jpg"' : '"photo-1.mask.png"');
  expect(Buffer.from(await given.arrayBuffer())).toEqual(second);
});
