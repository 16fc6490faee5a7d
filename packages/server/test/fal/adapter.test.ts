import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Job, ModelList, Upload } from '@image2model/protocol';
import { readConfig } from '../../src/config.ts';
import { createLog } from '../../src/log.ts';
import { falRows } from '../../src/models/fal/table.ts';
import { startServer } from '../../src/server.ts';
import type { Server } from '../../src/server.ts';
import { picture, uploadForm } from '../support/server.ts';
import { falKey, startFalServer } from './server.ts';
import type { FalServer } from './server.ts';
import type { FalServerOptions } from './types.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

/** Waits as short as a test needs them. */
const falTimings = { callMs: 2000, submitMs: 1000, firstBackoffMs: 5, longestBackoffMs: 40, downloadIdleMs: 1000 };

interface Bench {
  fal: FalServer;
  server: Server;
  log: string[];
  /** Ends the server and starts another on the same data. */
  restart(graceMs?: number): Promise<Bench>;
  upload(fields?: Record<string, string>, count?: number): Promise<Upload>;
  /** The job when its last task has ended. */
  ended(upload: Upload): Promise<Job>;
}

async function setUp(options: FalServerOptions = {}, env: Record<string, string> = {}): Promise<Bench> {
  const fal = await startFalServer(options);
  cleanups.push(() => fal.close());
  const dataDir = await mkdtemp(join(tmpdir(), 'image2model-fal-'));
  cleanups.push(() => rm(dataDir, { recursive: true, force: true }));
  return await start(fal, dataDir, env);
}

async function start(fal: FalServer, dataDir: string, env: Record<string, string>): Promise<Bench> {
  const config = readConfig({
    PORT: '0',
    DATA_DIR: dataDir,
    LOG_LEVEL: 'trace',
    WORKER_CONCURRENCY: '8',
    FAL_KEY: falKey,
    FAL_QUEUE_URL: fal.queueUrl,
    FAL_REST_URL: fal.restUrl,
    ...env,
  });
  const log: string[] = [];
  const server = await startServer({
    config,
    log: createLog({ level: config.logLevel, destination: { write: (line) => void log.push(line) } }),
    pagesDirectory: join(dataDir, 'none'),
    falTimings,
  });
  cleanups.push(() => server.close(0));
  const ask = async (path: string, init?: RequestInit): Promise<unknown> => {
    const answer = await fetch(server.address + path, init);
    expect(answer.status, path).toBeLessThan(300);
    return await answer.json();
  };
  return {
    fal,
    server,
    log,
    async restart(graceMs = 0) {
      await server.close(graceMs);
      return await start(fal, dataDir, env);
    },
    async upload(fields = {}, count = 1) {
      const files = await Promise.all(
        Array.from({ length: count }, async (_, index): Promise<[string, Buffer]> => [
          `photo-${index}.png`,
          await picture('png', `rgb(${index}, 40, 200)`),
        ]),
      );
      const body = uploadForm(files, { model: 'fal-ai/trellis', ...fields });
      return (await ask('/api/v1/upload', { method: 'POST', body })) as Upload;
    },
    async ended(upload) {
      await (await fetch(`${server.address}/api/v1/status/tasks/${upload.task_id}/stream`)).text();
      return (await ask(`/api/v1/jobs/${upload.job_id}`)) as Job;
    },
  };
}

/** The one file of a job that has one, as its last task left it. */
function fileOf(job: Job) {
  const file = job.tasks.at(-1)?.files[0];
  if (file === undefined) throw new Error('no file');
  return file;
}

describe('the models of fal.ai', () => {
  it('are offered with their options and prices', async () => {
    const { server } = await setUp();
    const list = (await (await fetch(`${server.address}/api/v1/models/available`)).json()) as ModelList;
    expect(list.models.map(({ id }) => id)).toEqual(['local', ...falRows.map(({ id }) => id)]);
    expect(list.models.find(({ id }) => id === 'fal-ai/trellis')).toMatchObject({
      requires_key: true,
      price: { amount: 0.02, currency: 'USD' },
      options_schema: { properties: { texture_size: { enum: ['512', '1024', '2048'] } } },
    });
    expect(list.models.find(({ id }) => id === 'fal-ai/triposr')?.price).toBeNull();
  });

  it.each(falRows.map(({ id }) => id))('make a model with %s, once, and of its own input alone', async (model) => {
    const bench = await setUp();
    const upload = await bench.upload({ model, face_limit: '50000' });
    const job = await bench.ended(upload);
    const file = fileOf(job);
    expect(file, JSON.stringify(file)).toMatchObject({ status: 'completed' });
    expect(file.result?.statistics.faces).toBeGreaterThan(0);
    const ledger = bench.fal.ledger();
    expect(ledger.submits).toHaveLength(1);
    expect(ledger.unknownInputs).toEqual([]);
    expect(ledger.leakedKeys).toBe(0);
    for (const extra of file.result?.extra_files ?? []) {
      const answer = await fetch(bench.server.address + extra.url);
      expect([answer.status, (await answer.bytes()).byteLength]).toEqual([200, extra.size]);
    }
  });
});

describe('a request to fal', () => {
  it('tells its place, its stages and its percentages, and never goes back', async () => {
    const bench = await setUp({ concurrency: 1, plan: { queueMs: 30, runMs: 200 } });
    bench.fal.fault({ at: 'stream', kind: 'stream-split', times: 5 });
    const upload = await bench.upload({}, 2);
    const text = await (
      await fetch(`${bench.server.address}/api/v1/status/tasks/${upload.task_id}/stream?last_event_id=0`)
    ).text();
    const updates = [...text.matchAll(/event: file_update\n(?:.*\n)*?data: (.*)/g)].map(
      ([, data = '']) => JSON.parse(data) as { file_id: string; progress: number; message: string; status: string },
    );
    for (const { file_id } of upload.uploaded_files) {
      const own = updates.filter((update) => update.file_id === file_id);
      const numbers = own.map(({ progress }) => progress);
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
      expect(own.filter(({ progress }) => progress === 100).map(({ status }) => status)).toEqual(['completed']);
    }
    const messages = updates.map(({ message }) => message).join('\n');
    expect(messages).toMatch(/Waiting in the queue of fal\.ai, place \d/);
    expect(messages).toMatch(/fal\.ai makes the model: \d+ %/);
    expect(messages).not.toContain('Sampling');
  });

  it.each([
    { kind: 'cut-after' },
    { kind: 'cut-within' },
    { kind: 'hang-after' },
    { kind: 'answer-after', status: 502 },
    { kind: 'cut-before' },
  ] as const)('is never sent again where its answer is lost (%j)', async (fault) => {
    const bench = await setUp();
    bench.fal.fault({ at: 'submit', ...fault });
    const file = fileOf(await bench.ended(await bench.upload()));
    expect(file).toMatchObject({ status: 'failed', details: { code: 'SUBMIT_OUTCOME_UNKNOWN', attempts: 1 } });
    expect(bench.fal.ledger().calls.submit).toBe(1);
  });

  it('is sent again where fal has certainly not taken it', async () => {
    const bench = await setUp();
    bench.fal.fault({ at: 'submit', kind: 'answer', status: 429, retryAfterSeconds: 0, times: 2 });
    bench.fal.fault({ at: 'initiate', kind: 'cut-before' });
    bench.fal.fault({ at: 'put', kind: 'answer', status: 503 });
    const file = fileOf(await bench.ended(await bench.upload()));
    expect(file.status).toBe('completed');
    expect(bench.fal.ledger()).toMatchObject({ submits: [{ units: 1 }] });
  });

  it('is gone on with after a restart, and paid for once', async () => {
    const bench = await setUp({ plan: { hold: 'run' } });
    const upload = await bench.upload();
    await bench.fal.until(({ submits }) => submits.length === 1 && submits[0]?.status === 'IN_PROGRESS');
    let next = await bench.restart();
    next = await next.restart();
    bench.fal.release();
    expect(fileOf(await next.ended(upload)).status).toBe('completed');
    expect(bench.fal.ledger()).toMatchObject({ submits: [{ units: 1 }], cancels: [] });
  });

  it('outlasts cut streams, a status that fails and a result that is hard to get', async () => {
    const bench = await setUp({ plan: { runMs: 100 } });
    for (const at of ['stream', 'status', 'result'] as const) {
      bench.fal.fault({ at, kind: 'cut-within', times: 2 });
      bench.fal.fault({ at, kind: 'answer', status: 500, errorType: 'internal_error', times: 2 });
    }
    bench.fal.fault({ at: 'file', kind: 'content', is: 'truncated' });
    bench.fal.fault({ at: 'file', kind: 'cut-before' });
    const file = fileOf(await bench.ended(await bench.upload()));
    expect(file, JSON.stringify(file)).toMatchObject({ status: 'completed' });
    expect(bench.fal.ledger().submits).toHaveLength(1);
  });

  it('is cancelled at fal too', async () => {
    const bench = await setUp({ plan: { hold: 'run', stopsOnCancel: true } });
    const upload = await bench.upload();
    await bench.fal.until(({ submits }) => submits[0]?.status === 'IN_PROGRESS');
    await fetch(`${bench.server.address}/api/v1/status/tasks/${upload.task_id}/cancel`, { method: 'POST' });
    const { submits } = await bench.fal.until(({ cancels }) => cancels.length === 1);
    expect(submits).toHaveLength(1);
    expect((await bench.ended(upload)).status).toBe('cancelled');
  });

  it.each([
    ['model-error', 'content_policy_violation', 'CONTENT_REFUSED', 1],
    ['model-error', 'image_too_small', 'IMAGE_TOO_SMALL', 1],
    ['model-error', 'file_too_large', 'FILE_TOO_LARGE', 1],
    ['model-error', 'image_load_error', 'IMAGE_UNDECODABLE', 1],
    ['model-error', 'no_media_generated', 'GENERATION_FAILED', 1],
    ['request-error', 'bad_request', 'PROVIDER_REFUSED', 1],
    ['request-error', 'request_timeout', 'PROVIDER_TIMEOUT', 3],
    ['request-error', 'runner_scheduling_failure', 'PROVIDER_BUSY', 3],
    ['request-error', 'runner_disconnected', 'PROVIDER_UNAVAILABLE', 3],
  ] as const)('that fails with %s %s ends as %s', async (kind, type, code, submits) => {
    const bench = await setUp({ plan: { outcome: { kind, type } } });
    const file = fileOf(await bench.ended(await bench.upload()));
    expect(file).toMatchObject({ status: 'failed', details: { code } });
    // Each was a request of its own, and fal charged for none of them.
    expect(bench.fal.ledger().submits.map(({ units }) => units)).toEqual(Array.from({ length: submits }, () => 0));
  });

  it('that fails at the model is tried again where fal agrees', async () => {
    const bench = await setUp();
    bench.fal.planNext({ outcome: { kind: 'model-error', type: 'no_media_generated', retryable: true } });
    bench.fal.planNext({ outcome: { kind: 'request-error', type: 'request_timeout', toldBy: 'result' } });
    const file = fileOf(await bench.ended(await bench.upload()));
    expect(file.status).toBe('completed');
    expect(bench.fal.ledger().submits.map(({ units }) => units)).toEqual([0, 0, 1]);
  });
});

describe('what fal gives', () => {
  it.each(['fbx', 'zip', 'html', 'short-glb', 'missing', 'forbidden'] as const)(
    'is refused where it is no GLB (%s), and said to be so',
    async (is) => {
      const bench = await setUp({ plan: { outcome: { kind: 'wrong-file', is } } });
      const file = fileOf(await bench.ended(await bench.upload()));
      expect(file).toMatchObject({ status: 'failed', details: { code: 'RESULT_INVALID', retryable: false } });
      if (is === 'fbx') expect(file.error).toContain('FBX');
      expect(bench.fal.ledger().submits).toHaveLength(1);
    },
  );

  it.each([
    'http://169.254.169.254/latest/meta-data/',
    'https://10.0.0.1/model.glb',
    'https://[::1]/model.glb',
    'http://localhost/model.glb',
    'file:///etc/passwd',
  ])('is not fetched from %s', async (url) => {
    const bench = await setUp({ plan: { outcome: { kind: 'elsewhere', url } } });
    const file = fileOf(await bench.ended(await bench.upload()));
    expect(file).toMatchObject({ status: 'failed', details: { code: 'RESULT_INVALID' } });
  });

  it('is not fetched from where a redirect leads into a private network', async () => {
    const bench = await setUp();
    bench.fal.fault({ at: 'file', kind: 'redirect', to: 'http://192.168.0.1/model.glb', times: 9 });
    const file = fileOf(await bench.ended(await bench.upload()));
    expect(file).toMatchObject({ status: 'failed', details: { code: 'RESULT_INVALID' } });
  });

  it('is cut where it is too large, whether it says so or never ends', async () => {
    for (const is of ['huge', 'endless'] as const) {
      const bench = await setUp({ plan: { outcome: { kind: 'wrong-file', is } } });
      const file = fileOf(await bench.ended(await bench.upload()));
      expect(file).toMatchObject({ status: 'failed', details: { code: 'RESULT_INVALID' } });
      expect(file.error).toContain('larger than');
    }
  });

  it('is in the archive with all that came besides', async () => {
    const bench = await setUp();
    const upload = await bench.upload({ model: 'fal-ai/hunyuan3d-v3/image-to-3d' });
    const file = fileOf(await bench.ended(upload));
    expect(file.result?.extra_files?.map(({ filename }) => filename)).toEqual(['photo-0.obj', 'photo-0.fbx']);
    const zip = await (await fetch(`${bench.server.address}/api/v1/download/${upload.job_id}/archive`)).bytes();
    const text = Buffer.from(zip).toString('latin1');
    for (const name of ['photo-0.glb', 'photo-0.webp', 'photo-0.obj', 'photo-0.fbx']) expect(text).toContain(name);
  });
});

describe('the money', () => {
  it('is counted for each file', async () => {
    const bench = await setUp();
    const file = fileOf(await bench.ended(await bench.upload()));
    expect(file.result?.cost).toEqual({ units: 1, unit: 'generations', amount: 0.02, currency: 'USD' });
    const unknown = fileOf(await bench.ended(await bench.upload({ model: 'fal-ai/triposr' })));
    expect(unknown.result?.cost).toMatchObject({ units: 1, amount: null });
  });

  it('stops at the limit of the day, over a restart too', async () => {
    const bench = await setUp({}, { FAL_DAILY_LIMIT_USD: '0.05' });
    const job = await bench.ended(await bench.upload({}, 5));
    const files = job.tasks.at(-1)?.files ?? [];
    expect(files.filter(({ status }) => status === 'completed')).toHaveLength(2);
    for (const { details } of files.filter(({ status }) => status === 'failed')) {
      expect(details).toMatchObject({ code: 'DAILY_LIMIT_REACHED', attempts: 1 });
    }
    const next = await bench.restart();
    const later = fileOf(await next.ended(await next.upload()));
    expect(later.details).toMatchObject({ code: 'DAILY_LIMIT_REACHED' });
    expect(bench.fal.ledger().submits).toHaveLength(2);
  });

  it('is not risked on a model whose price is unknown, where there is a limit', async () => {
    const bench = await setUp({}, { FAL_DAILY_LIMIT_USD: '5' });
    const file = fileOf(await bench.ended(await bench.upload({ model: 'fal-ai/triposr' })));
    expect(file.details).toMatchObject({ code: 'DAILY_LIMIT_REACHED' });
    expect(bench.fal.ledger().submits).toEqual([]);
  });

  it('is given free again by what was not charged', async () => {
    const bench = await setUp({}, { FAL_DAILY_LIMIT_USD: '0.02' });
    bench.fal.planNext({ outcome: { kind: 'request-error', type: 'runner_server_error' } });
    expect(fileOf(await bench.ended(await bench.upload())).status).toBe('completed');
  });
});

describe('a key', () => {
  it('that is refused is told at once and once', async () => {
    const bench = await setUp({}, { FAL_KEY: 'stale-id:stale-secret' });
    const job = await bench.ended(await bench.upload({}, 25));
    const files = job.tasks.at(-1)?.files ?? [];
    expect(new Set(files.map(({ details }) => details?.code))).toEqual(new Set(['PROVIDER_KEY_REFUSED']));
    expect(files.every(({ details }) => details?.attempts === 1)).toBe(true);
    // Those that were under way together, and the question for the prices.
    expect(bench.fal.ledger().unauthorised).toBeLessThanOrEqual(9);
    const told = bench.log.filter((line) => line.includes('"level":50') && line.includes('PROVIDER_KEY_REFUSED'));
    expect(told).toHaveLength(1);
    const health = (await (await fetch(`${bench.server.address}/api/v1/health`)).json()) as object;
    expect(health).toMatchObject({ status: 'ok', checks: { fal: { status: 'failing' } } });
    expect((await fetch(`${bench.server.address}/api/v1/health/readiness`)).status).toBe(200);
  });

  it('never appears in a log, an error, an event or a file', async () => {
    const bench = await setUp({}, { FAL_KEY: 'stale-id:stale-secret' });
    const jobs = [JSON.stringify(await bench.ended(await bench.upload()))];
    const good = await setUp({ plan: { outcome: { kind: 'request-error', type: 'internal_error' } } });
    good.fal.fault({ at: 'submit', kind: 'cut-after' });
    jobs.push(JSON.stringify(await good.ended(await good.upload({}, 3))));
    const all = [...bench.log, ...good.log, ...jobs].join('\n');
    expect(all.length).toBeGreaterThan(5000);
    for (const secret of ['stale-secret', falKey, 'simulated-secret', 'authorization'])
      expect(all).not.toContain(secret);
  });
});

describe('webhooks', () => {
  async function setUpPublic(options: FalServerOptions) {
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const { port } = probe.address() as AddressInfo;
    probe.close();
    await once(probe, 'close');
    const url = `http://127.0.0.1:${port}`;
    return { ...(await setUp(options, { PORT: String(port), PUBLIC_URL: url })), url };
  }
  const outcomes = (log: readonly string[]) =>
    log.flatMap((line) => /"outcome":"(\w+)"/.exec(line)?.[1] ?? []).toSorted();

  it('wake who waits, and are taken once', async () => {
    const bench = await setUpPublic({ plan: { runMs: 50 } });
    // Nothing else would tell before the test is over.
    bench.fal.fault({ at: 'stream', kind: 'hang-before', times: 9 });
    bench.fal.fault({ at: 'webhook', kind: 'webhook-twice' });
    const upload = await bench.upload();
    expect(fileOf(await bench.ended(upload)).status).toBe('completed');
    const { submits } = bench.fal.ledger();
    expect(submits).toMatchObject([{ webhook: `${bench.url}/api/v1/webhooks/fal` }]);
  });

  it.each(['webhook-forged', 'webhook-old'] as const)('are refused where they are no good (%s)', async (kind) => {
    const bench = await setUpPublic({});
    bench.fal.fault({ at: 'webhook', kind });
    expect(fileOf(await bench.ended(await bench.upload())).status).toBe('completed');
    await bench.fal.until(() => outcomes(bench.log).length > 0);
    expect(outcomes(bench.log)).toEqual([kind === 'webhook-old' ? 'late' : 'forged']);
  });

  it('are not there without a public address', async () => {
    const bench = await setUp();
    const answer = await fetch(`${bench.server.address}/api/v1/webhooks/fal`, { method: 'POST', body: '{}' });
    expect(answer.status).toBe(404);
  });
});
