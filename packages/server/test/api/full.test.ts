import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { healthSchema } from '@image2model/protocol';
import { describe, onTestFinished, expect, it } from 'vitest';
import { ModelError } from '../../src/models/errors.ts';
import { canFillDisk, createSmallDisk } from '../../../../scripts/test/small-disk.ts';
import type { SmallDisk } from '../../../../scripts/test/small-disk.ts';
import { picture, uploadForm } from '../support/server.ts';
import type { TestServer } from '../support/server.ts';
import { packGlb } from '../support/glb.ts';
import { createTriangleModel } from '../support/triangle-model.ts';
import { ended, problem, send, start, storedJobs, taskNow, upload } from './support.ts';

const sendPhoto = async (server: TestServer, init?: RequestInit) =>
  await send(server, uploadForm([['a.png', await picture()]]), init);

/** A small disk that is removed at the end of the test. */
async function smallDisk(sizeBytes?: number): Promise<SmallDisk> {
  const disk = await createSmallDisk(sizeBytes);
  onTestFinished(() => disk.remove());
  return disk;
}

describe('a queue in which as many files wait as may', () => {
  it('takes no upload and no retry until some are done, and answers a repeated upload all the same', async () => {
    const gate = Promise.withResolvers<void>();
    const started = Promise.withResolvers<void>();
    let fails = true;
    const server = await start({
      env: { WORKER_CONCURRENCY: '1', MAX_QUEUED_FILES: '2' },
      model: createTriangleModel({
        before: async () => {
          if (fails) throw new ModelError('NO_FOREGROUND', { text: 'Nothing is to be seen.' });
          started.resolve();
          await gate.promise;
        },
      }),
    });
    const failed = await upload(server);
    await ended(server, failed.task_id);
    fails = false;
    await upload(server, ['runs.png']);
    await started.promise;
    const keyed = { headers: { 'idempotency-key': 'once' } };
    const first = await sendPhoto(server, keyed);
    expect(first.status).toBe(200);
    const waiting = await upload(server, ['waits.png']);
    const before = await storedJobs(server);

    const refused = await problem(await sendPhoto(server), 503, 'QUEUE_FULL');
    expect(refused).toMatchObject({ message_id: 'error.queue_full', message_values: { waiting: 2 } });
    const retry = `/api/v1/jobs/${failed.job_id}/retry`;
    await problem(await server.ask(retry, { method: 'POST' }), 503, 'QUEUE_FULL');
    expect((await sendPhoto(server, keyed)).status).toBe(200);
    expect((await storedJobs(server)).toSorted()).toEqual(before.toSorted());

    gate.resolve();
    await ended(server, waiting.task_id);
    expect((await server.ask(retry, { method: 'POST' })).status).toBe(200);
    expect((await sendPhoto(server)).status).toBe(200);
  });

  it('refuses before the body is read', async () => {
    const server = await start({
      env: { WORKER_CONCURRENCY: '1', MAX_QUEUED_FILES: '1' },
      model: createTriangleModel({
        before: (_input, _options, { signal }) =>
          new Promise((resolve) => signal.addEventListener('abort', () => resolve())),
      }),
    });
    await upload(server, ['a.png', 'b.png', 'c.png']);
    // A body that never comes: whoever waited for it would not answer.
    const headers = { 'content-type': 'multipart/form-data; boundary=x', 'content-length': 100_000_000 };
    const sending = request(`${server.address}/api/v1/upload`, { method: 'POST', headers });
    sending.flushHeaders();
    const [answer] = (await once(sending, 'response')) as [IncomingMessage];
    expect(answer.statusCode).toBe(503);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThanOrEqual(20);
    sending.destroy();
  });
});

describe('a disk with less room than is kept free', () => {
  it('takes no upload, and the server says that it is not ready', async () => {
    const server = await start({ minFreeBytes: Number.MAX_SAFE_INTEGER });
    await problem(await sendPhoto(server), 507, 'STORAGE_FULL');
    expect((await server.ask('/api/v1/health/readiness')).status).toBe(503);
    const health = healthSchema.parse(await (await server.ask('/api/v1/health')).json());
    expect(health).toMatchObject({ status: 'degraded', checks: { files: { status: 'failing' } } });
    expect(await readdir(join(server.dataDir, 'files'))).toEqual(['.incoming', 'store.json']);
    expect(await readdir(join(server.dataDir, 'files/.incoming'))).toEqual([]);
  });
});

describe.runIf(await canFillDisk())('a disk of its own that is filled (takes root)', () => {
  // Promised: With less than 128 MiB of free space, uploads are answered with 507 `STORAGE_FULL`, and readiness returns 503.
  // Promised: Uploads and readiness recover by themselves when there is room again.
  it('turns readiness when it is nearly full, and back when there is room again', async () => {
    const mebibyte = 1024 * 1024;
    const small = await smallDisk(192 * mebibyte);
    const server = await start({ env: { DATA_DIR: small.directory } });
    const ready = async (): Promise<number> => (await server.ask('/api/v1/health/readiness')).status;
    await small.fill(130 * mebibyte);
    expect((await sendPhoto(server)).status).toBe(200);
    await small.fill(127 * mebibyte);
    await problem(await sendPhoto(server), 507, 'STORAGE_FULL');
    // Looked at once a second at most.
    await expect.poll(ready, { timeout: 30_000 }).toBe(503);
    await small.free();
    await expect.poll(ready, { timeout: 30_000 }).toBe(200);
    expect((await sendPhoto(server)).status).toBe(200);
  });

  // Promised: Work that was accepted goes on when there is room again, and is neither lost nor done twice.
  it('refuses uploads, keeps what it accepted, and goes on when there is room again', async () => {
    const small = await smallDisk();
    const [started, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const server = await start({
      env: { DATA_DIR: small.directory },
      minFreeBytes: 0,
      model: createTriangleModel({
        before: async () => {
          started.resolve();
          await gate.promise;
        },
      }),
    });
    const accepted = await upload(server);
    await started.promise;
    await small.fill(0);
    // Larger than what a write-ahead log may still have inside: images of more than a page each.
    const big = Buffer.concat([await picture(), randomBytes(100_000)]);
    await problem(await send(server, uploadForm([['big.png', big]])), 507, 'STORAGE_FULL');
    expect(await readdir(join(small.directory, 'files/jobs'))).toEqual([accepted.job_id]);
    expect(await readdir(join(small.directory, 'files/.incoming'))).toEqual([]);
    expect((await server.ask('/api/v1/health/liveness')).status).toBe(200);

    gate.resolve();
    await small.free();
    expect((await ended(server, accepted.task_id)).status).toBe('completed');
    const later = await upload(server);
    expect((await ended(server, later.task_id)).status).toBe('completed');
  });

  // Promised: A model that cannot be stored in three attempts fails with `STORAGE_FULL`.
  it('fails a file that cannot be stored after its tries, and says why', async () => {
    const small = await smallDisk();
    let tries = 0;
    // Larger than what is left of the disk.
    const generated = { glb: packGlb({ asset: { version: '2.0' } }, Buffer.alloc(4 * 1024 * 1024)) };
    const triangle = createTriangleModel();
    const server = await start({
      env: { DATA_DIR: small.directory },
      minFreeBytes: 0,
      model: {
        ...triangle,
        generate: async (...all) => {
          tries += 1;
          if (tries === 1) await small.fill(1024 * 1024);
          return { ...(await triangle.generate(...all)), ...generated };
        },
      },
    });
    const accepted = await upload(server);
    const task = await ended(server, accepted.task_id);
    expect(task).toMatchObject({ status: 'failed', details: { code: 'STORAGE_FULL', attempts: 3 } });
    expect(tries).toBe(3);
    await expect.poll(() => readdir(join(small.directory, 'files/.incoming'))).toEqual([]);
    expect((await taskNow(server, accepted.task_id)).files[0]?.result).toBeUndefined();
  });
});

describe.runIf(process.platform === 'linux')('an upload as large as any may be', () => {
  it('is never in memory as a whole', async () => {
    const server = await start({ env: { MAX_QUEUED_FILES: '100' } });
    // Once for the image library, which is loaded with the first upload.
    await ended(server, (await upload(server)).task_id);
    const photo = await picture();
    const files = Array.from({ length: 25 }, (_, index) => ({ name: `${index}.png`, bytes: 9_900_000 + index }));
    const boundary = 'image2model';
    const body = async function* (): AsyncGenerator<Uint8Array> {
      const rest = Buffer.alloc(64 * 1024);
      for (const { name, bytes } of files) {
        const head = `content-disposition: form-data; name="files"; filename="${name}"\r\ncontent-type: image/png`;
        yield Buffer.from(`--${boundary}\r\n${head}\r\n\r\n`);
        yield photo;
        // What follows the end of a PNG is not read by a decoder, but it is stored.
        for (let left = bytes - photo.length; left > 0; left -= rest.length) yield rest.subarray(0, left);
        yield Buffer.from('\r\n');
      }
      yield Buffer.from(`--${boundary}--\r\n`);
    };
    const before = await peakBytes();
    const init = {
      method: 'POST',
      body: Readable.toWeb(Readable.from(body(), { objectMode: false })),
      headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
      duplex: 'half',
    } as unknown as RequestInit;
    const response = await server.ask('/api/v1/upload', init);
    expect(response.status, await response.clone().text()).toBe(200);
    // Client and server are in this process, and together they had 248 MB in hand.
    expect((await peakBytes()) - before).toBeLessThan(125 * 1024 * 1024);
  });
});

/** The most memory that this process has had, in bytes. */
async function peakBytes(): Promise<number> {
  const peak = /^VmHWM:\s+(\d+) kB$/m.exec(await readFile('/proc/self/status', 'utf8'))?.[1];
  return Number(peak) * 1024;
}
