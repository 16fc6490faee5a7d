/* oxlint-disable vitest/expect-expect -- `problem` expects */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { uploadSchema } from '@image2model/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StorageFullError } from '../../src/files/contract.ts';
import { picture, startTestServer, uploadForm } from '../support/server.ts';
import type { TestServer } from '../support/server.ts';
import { ended, problem } from './support.ts';

let server: TestServer;
let submit: TestServer['engine']['submit'];

beforeEach(async () => {
  server = await startTestServer();
  submit = server.engine.submit.bind(server.engine);
});

afterEach(async () => {
  await server.stop();
});

const send = async (init: RequestInit = {}): Promise<Response> => {
  const body = uploadForm([
    ['a.png', await picture()],
    ['b.png', await picture('jpeg')],
  ]);
  return await server.ask('/api/v1/upload', { method: 'POST', body, ...init });
};

const stored = async (): Promise<string[]> => await readdir(join(server.dataDir, 'files', 'jobs')).catch(() => []);

/** Submits, and loses the answer on its way. */
const writeAndLose: typeof submit = async (...given) => {
  await submit(...given);
  throw new Error('The connection to the store was lost');
};

describe('an upload whose job was written, with the answer lost', () => {
  it('is answered as if nothing had happened, and its photos stay', async () => {
    server.engine.submit = writeAndLose;
    const response = await send();
    expect(response.status).toBe(200);
    const accepted = uploadSchema.parse(await response.json());
    expect((await ended(server, accepted.task_id)).status).toBe('completed');
    expect(await stored()).toEqual([accepted.job_id]);
    for (const { file_id: file } of accepted.uploaded_files) {
      expect((await server.ask(`/api/v1/download/${accepted.job_id}/photos/${file}`)).status).toBe(200);
    }
  });

  it('is one upload under one Idempotency-Key', async () => {
    server.engine.submit = writeAndLose;
    const keyed = { headers: { 'idempotency-key': 'once' } };
    const first = uploadSchema.parse(await (await send(keyed)).json());
    server.engine.submit = submit;
    expect(await (await send(keyed)).json()).toEqual(first);
    await ended(server, first.task_id);
    expect(await stored()).toEqual([first.job_id]);
  });

  it('keeps its photos where the store cannot be asked either', async () => {
    const unknownJobs = server.engine.unknownJobs.bind(server.engine);
    server.engine.submit = writeAndLose;
    server.engine.unknownJobs = async () => {
      throw new Error('The store is away');
    };
    await problem(await send(), 500, 'INTERNAL_ERROR');
    server.engine.unknownJobs = unknownJobs;
    const [job = ''] = await stored();
    const [taskId = ''] = (await server.engine.job(job))?.taskIds ?? [];
    expect((await ended(server, taskId)).files).toMatchObject([{ status: 'completed' }, { status: 'completed' }]);
  });
});

describe('an upload whose job was not written', () => {
  it('leaves nothing behind, whatever the reason', async () => {
    server.engine.submit = async () => {
      throw new Error('The store is away');
    };
    await problem(await send(), 500, 'INTERNAL_ERROR');
    server.engine.submit = async () => {
      throw new StorageFullError('There is no room left for the database');
    };
    await problem(await send(), 507, 'STORAGE_FULL');
    expect(await stored()).toEqual([]);
    expect(await readdir(join(server.dataDir, 'files', '.incoming'))).toEqual([]);
  });
});
