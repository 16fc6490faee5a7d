import { createHash } from 'node:crypto';
import { ApiError, createFalClient, ValidationError } from '@fal-ai/client';
import type { FalClient, QueueStatus } from '@fal-ai/client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { picture } from '../../support/server.ts';
import { falKey, startFalServer } from './server.ts';
import type { FalServer } from './server.ts';
import type { ProviderServerOptions } from '../types.ts';

const hunyuan = 'fal-ai/hunyuan3d/v2';

/** fal's own client, as its users have it, save that fal's two hosts lie on this machine. */
async function start(
  options: ProviderServerOptions = {},
  credentials = falKey,
): Promise<{ fal: FalServer; client: FalClient }> {
  const fal = await startFalServer(options);
  onTestFinished(() => fal.close());
  const client = createFalClient({
    credentials,
    requestMiddleware: async (request) => ({
      ...request,
      url: request.url.replace('https://queue.fal.run', fal.queueUrl).replace('https://rest.fal.ai', fal.restUrl),
    }),
  });
  return { fal, client };
}

async function photo(): Promise<Blob> {
  return new Blob([Uint8Array.from(await picture())], { type: 'image/png' });
}

describe("fal's own client, against the stand-in", () => {
  it('uploads, submits, asks how it stands, and fetches the result', async () => {
    const { fal, client } = await start({ plan: { hold: 'run' } });
    const input_image_url = await client.storage.upload(await photo());
    const job = await client.queue.submit(hunyuan, { input: { input_image_url } });
    expect(job).toMatchObject({ status: 'IN_QUEUE', queue_position: 0 });
    const { request_id: requestId } = job;
    expect(await client.queue.status(hunyuan, { requestId, logs: true })).toMatchObject({
      status: 'IN_PROGRESS',
      request_id: requestId,
      logs: expect.arrayContaining([
        expect.objectContaining({ message: 'Loading weights …', level: 'INFO', source: 'USER' }),
      ]),
    });
    fal.release();
    await fal.until((ledger) => ledger.submits[0]?.status === 'COMPLETED');
    expect(await client.queue.status(hunyuan, { requestId })).toMatchObject({ status: 'COMPLETED' });
    const result = await client.queue.result(hunyuan, { requestId });
    expect(result.requestId).toBe(requestId);
    expect(result.data).toMatchObject({ model_mesh: { url: expect.any(String), content_type: 'model/gltf-binary' } });
    const image = createHash('sha256')
      .update(await picture())
      .digest('hex');
    expect(fal.ledger()).toMatchObject({
      submits: [{ endpoint: hunyuan, image, units: 1 }],
      leakedKeys: 0,
      unknownInputs: [],
    });
  });

  it.each(['polling', 'streaming'] as const)('hears of every step by %s', async (mode) => {
    const { fal, client } = await start({ plan: { hold: 'queue', runMs: 100 } });
    const updates: QueueStatus[] = [];
    const seen = Promise.withResolvers<void>();
    const subscribed = client.subscribe(hunyuan, {
      input: { input_image_url: await photo() },
      logs: true,
      mode,
      ...(mode === 'polling' ? { pollInterval: 10 } : {}),
      onQueueUpdate(update: QueueStatus) {
        updates.push(update);
        seen.resolve();
      },
    });
    await seen.promise;
    fal.release();
    const { data } = await subscribed;
    expect(data).toMatchObject({ model_mesh: { url: expect.any(String) } });
    expect(updates[0]).toMatchObject({ status: 'IN_QUEUE', queue_position: 0 });
    expect(updates.at(-1)).toMatchObject({ status: 'COMPLETED', metrics: { inference_time: expect.any(Number) } });
    const { logs } = updates.at(-1) as { logs: { message: string }[] };
    expect(logs.map((line) => line.message)).toContainEqual(expect.stringContaining('50%'));
    expect(logs.at(-1)?.message).toBe('Größe geprüft, Netz wird geschrieben ✓');
    expect(new Set(logs.map((line) => line.message)).size).toBe(logs.length);
  });

  it('cancels what waits', async () => {
    const { fal, client } = await start({ plan: { hold: 'queue' } });
    const { request_id: requestId } = await client.queue.submit(hunyuan, { input: { input_image_url: await photo() } });
    await client.queue.cancel(hunyuan, { requestId });
    expect(fal.ledger()).toMatchObject({ cancels: [requestId], submits: [{ cancelled: true, units: 0 }] });
    await expect(client.queue.cancel(hunyuan, { requestId })).rejects.toMatchObject({
      status: 400,
      body: { status: 'ALREADY_COMPLETED' },
    });
    await expect(client.queue.cancel(hunyuan, { requestId: 'none' })).rejects.toMatchObject({ status: 404 });
  });

  it('takes a refused input for a ValidationError with its fields', async () => {
    const { client } = await start();
    const input = { input_image_url: await photo(), octree_resolution: 5000 };
    const error: unknown = await client
      .subscribe(hunyuan, { input, pollInterval: 10 })
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ValidationError);
    const { status, fieldErrors, requestId } = error as ValidationError;
    expect(status).toBe(422);
    expect(requestId).toMatch(/^[\da-f-]{36}$/);
    expect(fieldErrors).toMatchObject([{ loc: ['body', 'octree_resolution'], type: 'less_than_equal' }]);
  });

  it('takes what fails at fal for an ApiError with its type', async () => {
    const { fal, client } = await start();
    fal.planNext({ outcome: { kind: 'request-error', type: 'runner_server_error' } });
    const input = { input_image_url: await photo() };
    const error: unknown = await client
      .subscribe(hunyuan, { input, pollInterval: 10 })
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status: 500, body: { error_type: 'runner_server_error' } });
  });

  it('is refused with a wrong key', async () => {
    const { client } = await start({}, 'wrong');
    await expect(client.queue.submit(hunyuan, { input: { input_image_url: 'none' } })).rejects.toMatchObject({
      status: 401,
    });
  });
});

describe("the traps of fal's own client, for which this project has its own", () => {
  it('submits again where an answer was lost: one click, two jobs to pay', async () => {
    const { fal, client } = await start();
    const input_image_url = await client.storage.upload(await photo());
    fal.fault({ at: 'submit', kind: 'cut-after' });
    await client.subscribe(hunyuan, { input: { input_image_url }, pollInterval: 10 });
    await fal.until((ledger) => ledger.submits.every((each) => each.status === 'COMPLETED'));
    const { submits } = fal.ledger();
    expect(submits.map((each) => each.units)).toEqual([1, 1]);
    expect(new Set(submits.map((each) => each.image)).size).toBe(1);
  });

  it('asks for the result of an unfinished job where the status stream was cut', async () => {
    const { fal, client } = await start({ plan: { hold: 'run' } });
    fal.fault({ at: 'stream', kind: 'stream-end', afterEvents: 1 });
    const subscribed = client.subscribe(hunyuan, { input: { input_image_url: await photo() }, mode: 'streaming' });
    await expect(subscribed).rejects.toMatchObject({ status: 400 });
    expect(fal.ledger()).toMatchObject({ submits: [{ status: 'IN_PROGRESS' }], cancels: [] });
  });

  it('garbles characters that arrive in two chunks', async () => {
    const { fal, client } = await start();
    fal.fault({ at: 'stream', kind: 'stream-split' });
    const messages: string[] = [];
    await client.subscribe(hunyuan, {
      input: { input_image_url: await photo() },
      mode: 'streaming',
      logs: true,
      onQueueUpdate: (update) => messages.push(...('logs' in update ? update.logs : []).map((line) => line.message)),
    });
    expect(messages.join('\n')).toContain('\uFFFD');
  });
});
