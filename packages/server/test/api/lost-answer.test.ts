/* oxlint-disable vitest/expect-expect -- `problem` expects */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { StorageFullError } from '../../src/files/contract.ts';
import { picture, uploadForm } from '../support/server.ts';
import type { TestServer } from '../support/server.ts';
import { ended, expectAccepted, problem, send, start, storedJobs } from './support.ts';

let server: TestServer;
let submit: TestServer['engine']['submit'];

beforeEach(async () => {
  server = await start();
  submit = server.engine.submit.bind(server.engine);
});

const sendPhotos = async (init?: RequestInit): Promise<Response> => {
  const photos: [string, Buffer][] = [
    ['a.png', await picture()],
    ['b.png', await picture('jpeg')],
  ];
  return await send(server, uploadForm(photos), init);
};

/** Submits, and loses the answer on its way. */
const writeAndLose: typeof submit = async (...given) => {
  await submit(...given);
  throw new Error('The connection to the store was lost');
};

describe('an upload whose job was written, with the answer lost', () => {
  it('is answered as if nothing had happened, and its photos stay', async () => {
    server.engine.submit = writeAndLose;
    const { job_id: job, task_id: task, uploaded_files: files } = await expectAccepted(await sendPhotos());
    expect((await ended(server, task)).status).toBe('completed');
    expect(await storedJobs(server)).toEqual([job]);
    for (const { file_id: file } of files) {
      expect((await server.ask(`/api/v1/download/${job}/photos/${file}`)).status).toBe(200);
    }
  });

  it('is one upload under one Idempotency-Key', async () => {
    server.engine.submit = writeAndLose;
    const keyed = { headers: { 'idempotency-key': 'once' } };
    const first = await expectAccepted(await sendPhotos(keyed));
    server.engine.submit = submit;
    expect(await (await sendPhotos(keyed)).json()).toEqual(first);
    await ended(server, first.task_id);
    expect(await storedJobs(server)).toEqual([first.job_id]);
  });

  it('is one upload also where the answer to its repetition is lost', async () => {
    const keyed = { headers: { 'idempotency-key': 'once' } };
    const first = await expectAccepted(await sendPhotos(keyed));
    server.engine.submit = writeAndLose;
    expect(await expectAccepted(await sendPhotos(keyed))).toEqual(first);
    await ended(server, first.task_id);
    expect(await storedJobs(server)).toEqual([first.job_id]);
  });

  it('keeps its photos where the store cannot be asked either', async () => {
    const unknownJobs = server.engine.unknownJobs.bind(server.engine);
    server.engine.submit = writeAndLose;
    server.engine.unknownJobs = async () => {
      throw new Error('The store is away');
    };
    await problem(await sendPhotos(), 500, 'INTERNAL_ERROR');
    server.engine.unknownJobs = unknownJobs;
    const [job = ''] = await storedJobs(server);
    const [taskId = ''] = (await server.engine.job(job))?.taskIds ?? [];
    expect((await ended(server, taskId)).files).toMatchObject([{ status: 'completed' }, { status: 'completed' }]);
  });
});

describe('an upload whose job was not written', () => {
  it('leaves nothing behind, whatever the reason', async () => {
    server.engine.submit = async () => {
      throw new Error('The store is away');
    };
    await problem(await sendPhotos(), 500, 'INTERNAL_ERROR');
    server.engine.submit = async () => {
      throw new StorageFullError('There is no room left for the database');
    };
    await problem(await sendPhotos(), 507, 'STORAGE_FULL');
    expect(await storedJobs(server)).toEqual([]);
    expect(await readdir(join(server.dataDir, 'files', '.incoming'))).toEqual([]);
  });
});
