import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { downloadListSchema } from '@image2model/protocol';
import type { ModelFile } from '@image2model/protocol';
import { describe, expect, it } from 'vitest';
import { createSessions } from '../../src/auth/sessions.ts';
import type { NewJob } from '../../src/engine/contract.ts';
import { createKeyring } from '../../src/auth/keys.ts';
import { extraKey, modelKey, previewKey } from '../../src/files/keys.ts';
import { newJob } from '../support/jobs.ts';
import { picture, uploadForm } from '../support/server.ts';
import type { TestServer } from '../support/server.ts';
import { createTriangleModel } from '../support/triangle-model.ts';
import { ended, expectAccepted, send, start, storedJobs } from './support.ts';

let server: TestServer;

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** A finished job as versions before this one left it: one place for the results of all attempts. */
async function finishedEarlier(): Promise<{ job: NewJob; glb: Uint8Array; photo: Buffer }> {
  const photo = await picture();
  const glb = await triangle();
  const job = newJob(1, { owner: 'local', model: 'local' });
  const [file] = job.files;
  if (file === undefined) throw new Error('a job without a file');
  Object.assign(file, { filename: 'chair.png', sha256: sha256(photo), sizeBytes: photo.length });
  const place = { jobId: job.jobId, fileId: file.fileId, attemptId: null };
  const result: ModelFile = {
    file_id: file.fileId,
    filename: 'chair.glb',
    size: glb.byteLength,
    mime_type: 'model/gltf-binary',
    created_time: new Date().toISOString(),
    rendered_image: { url: `/api/v1/download/${job.jobId}/chair.webp` },
    sha256: sha256(glb),
    statistics: {},
    extra_files: [
      { filename: 'chair.fbx', size: 3, mime_type: 'application/octet-stream', url: '/api/v1/download/chair.fbx' },
    ],
  };
  await server.files.write(file.storageKey, photo);
  await server.files.write(modelKey(place), glb);
  await server.files.write(previewKey(place), Buffer.from('preview'));
  await server.files.write(extraKey(place, 0), Buffer.from('fbx'));
  await server.engine.submit({ ...job, results: new Map([[file.fileId, { result, attemptId: null }]]) });
  return { job, glb, photo };
}

async function triangle(): Promise<Uint8Array> {
  const context = { signal: new AbortController().signal, report: () => undefined, remembered: undefined };
  const unused = async (): Promise<void> => undefined;
  const photo = { filename: 'chair.png', contentType: 'image/png', bytes: new Uint8Array() };
  const { glb } = await createTriangleModel().generate(
    { fileId: '', pictures: [photo] },
    { faceLimit: null, options: {} },
    { ...context, remember: unused, abandon: unused },
  );
  return glb;
}

describe('results of an earlier version', () => {
  it('are where they were: listed, downloaded, converted and packed', async () => {
    server = await start();
    const { job, glb } = await finishedEarlier();
    const get = async (path: string) => await server.ask(`/api/v1/download/${job.jobId}/${path}`);
    expect(downloadListSchema.parse(await (await get('all')).json()).total_files).toBe(1);
    expect(new Uint8Array(await (await get('chair.glb')).arrayBuffer())).toEqual(glb);
    expect(await (await get('chair.webp')).text()).toBe('preview');
    expect(await (await get('chair.fbx')).text()).toBe('fbx');
    expect(await (await get('chair.glb?format=ply')).text()).toMatch(/^ply\n/);
    expect((await (await get('archive')).arrayBuffer()).byteLength).toBeGreaterThan(glb.byteLength);
  });

  it('are reused, and removed with their job', async () => {
    server = await start({ model: { ...createTriangleModel(), reusable: true } });
    const { job, photo } = await finishedEarlier();
    const again = await expectAccepted(await send(server, uploadForm([['stool.png', photo]])));
    const { files } = await ended(server, again.task_id);
    expect(files[0]?.result).toMatchObject({ reused: true, filename: 'stool.glb' });
    expect((await server.ask(`/api/v1/jobs/${job.jobId}`, { method: 'DELETE' })).status).toBe(200);
    expect(await storedJobs(server)).toEqual([again.job_id]);
    for (const name of ['stool.glb', 'stool.webp', 'stool.fbx']) {
      expect((await server.ask(`/api/v1/download/${again.job_id}/${name}`)).status).toBe(200);
    }
  });
});

describe('logins of an earlier version', () => {
  it('go on, by the secret that it kept beside its database', async () => {
    const secret = Buffer.alloc(32, 7);
    const before = async (dataDir: string) => await writeFile(join(dataDir, 'session.key'), secret);
    server = await start({ env: { API_KEYS: 'mine' }, before });
    const requester = createKeyring({ apiKeys: ['mine'], adminApiKeys: [] }).identify('mine');
    const login = createSessions({ secret, engine: server.engine }).create(requester?.owner ?? '');
    const response = await server.ask('/api/v1/jobs', { headers: { cookie: `image2model_session=${login}` } });
    expect(response.status).toBe(200);
  });
});
