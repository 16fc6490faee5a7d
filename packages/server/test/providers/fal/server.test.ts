import { createHash } from 'node:crypto';
import { validateBytes } from 'gltf-validator';
import { describe, expect, it } from 'vitest';
import { picture } from '../../support/server.ts';
import { requestErrorStatus } from './errors.ts';
import { falModels } from './models.ts';
import { startPlain } from './plain-client.ts';
import { falKey } from './server.ts';

const trellis = 'fal-ai/trellis';

describe('the stand-in for fal.ai', () => {
  it('accepts a photo, queues, runs, logs, and gives a valid model back', async () => {
    const { fal, upload, submit, get, follow } = await startPlain({ plan: { runMs: 60 } });
    fal.planNext({ hold: 'queue', runMs: 60 });
    const photo = await picture();
    const image_url = await upload(photo);
    const job = await submit(trellis, { image_url });
    expect(job).toMatchObject({ status: 'IN_QUEUE', queue_position: 0 });
    expect(job.status_url).toBe(`${fal.queueUrl}/fal-ai/trellis/requests/${job.request_id}/status`);
    expect((await get(`${job.status_url}?logs=1`)).status).toBe(202);
    expect((await get(job.response_url)).status).toBe(400);
    const following = follow(job);
    await fal.until((ledger) => ledger.calls.stream === 1);
    fal.release();
    const events = await following;
    expect(events[0]).toMatchObject({ status: 'IN_QUEUE' });
    expect(events.at(-1)).toMatchObject({ status: 'COMPLETED', metrics: { inference_time: expect.any(Number) } });
    const messages = events
      .flatMap((event) => (event['logs'] ?? []) as { message: string }[])
      .map((line) => line.message);
    expect(new Set(messages).size).toBe(messages.length);
    expect(messages).toContainEqual(expect.stringContaining('50%'));
    expect((await get(job.status_url)).status).toBe(200);
    const result = await get(job.response_url);
    expect(result.headers.get('x-fal-request-id')).toBe(job.request_id);
    expect(result.headers.get('x-fal-billable-units')).toBe('1');
    const { model_mesh } = (await result.json()) as { model_mesh: { url: string; file_size: number } };
    const glb = new Uint8Array(await (await fetch(model_mesh.url)).arrayBuffer());
    expect(glb.byteLength).toBe(model_mesh.file_size);
    expect((await validateBytes(glb)).issues.messages.filter((issue) => issue.severity <= 1)).toEqual([]);
    const image = createHash('sha256').update(photo).digest('hex');
    expect(fal.ledger().submits).toMatchObject([{ endpoint: trellis, image, units: 1, status: 'COMPLETED' }]);
  });

  it.each(Object.entries(falModels))('gives back what %s gives back', async (endpoint, model) => {
    const { upload, submit, follow, get } = await startPlain();
    const url = await upload(await picture());
    const job = await submit(endpoint, { [model.image]: model.fields[model.image]?.is === 'urls' ? [url] : url });
    expect((await follow(job)).at(-1)).toMatchObject({ status: 'COMPLETED' });
    const result = (await (await get(job.response_url)).json()) as Record<string, { url: string } | undefined>;
    const mesh = result['model_mesh'] ?? result['model_glb'];
    const bytes = Buffer.from(await (await fetch(mesh?.url ?? '')).arrayBuffer());
    expect(bytes.subarray(0, 4).toString()).toBe('glTF');
  });

  it.each(Object.entries(falModels))(
    'refuses what the validator of %s refuses, without a bill',
    async (endpoint, model) => {
      const { fal, submit, follow, get } = await startPlain();
      const wrong = Object.keys(model.fields).filter((name) => name !== model.image);
      const job = await submit(endpoint, Object.fromEntries(wrong.map((name) => [name, { not: 'a value' }])));
      await follow(job);
      const result = await get(job.response_url);
      expect(result.status).toBe(422);
      expect(result.headers.get('x-fal-retryable')).toBe('false');
      const { detail } = (await result.json()) as { detail: { loc: string[]; msg: string; type: string }[] };
      expect(new Set(detail.map((problem) => problem.loc[1]))).toEqual(new Set([...wrong, model.image]));
      expect(detail.find((problem) => problem.loc[1] === model.image)?.type).toBe('missing');
      expect(fal.ledger().submits).toMatchObject([{ units: 0 }]);
    },
  );

  it('says that a photo was never uploaded, or is none', async () => {
    const { fal, upload, submit, follow, get } = await startPlain();
    const broken = await upload(Buffer.from('not a picture'));
    for (const [image_url, type] of [
      [`${new URL(fal.queueUrl).origin}/cdn/files/none/chair.png`, 'file_download_error'],
      [broken, 'image_load_error'],
    ]) {
      const job = await submit(trellis, { image_url });
      await follow(job);
      expect(await (await get(job.response_url)).json()).toMatchObject({
        detail: [{ type, loc: ['body', 'image_url'] }],
      });
    }
  });

  it.each(Object.entries(requestErrorStatus))('fails as fal does with %s', async (type, status) => {
    const { fal, upload, submit, follow, get } = await startPlain();
    fal.planNext({ outcome: { kind: 'request-error', type } });
    const job = await submit(trellis, { image_url: await upload(await picture()) });
    expect((await follow(job)).at(-1)).toMatchObject({
      status: 'COMPLETED',
      error: expect.any(String),
      error_type: type,
    });
    const result = await get(job.response_url);
    expect(result.status).toBe(status);
    expect(result.headers.get('x-fal-error-type')).toBe(type);
    expect(await result.json()).toMatchObject({ error_type: type, detail: expect.any(String) });
  });

  it('cancels what waits, signals what runs, and knows nothing of others', async () => {
    const { fal, upload, submit, get, put } = await startPlain();
    const image_url = await upload(await picture());
    fal.planNext({ hold: 'queue' });
    const waiting = await submit(trellis, { image_url });
    const cancelled = await put(waiting.cancel_url);
    expect([cancelled.status, await cancelled.json()]).toEqual([202, { status: 'CANCELLATION_REQUESTED' }]);
    expect((await get(waiting.response_url)).status).toBe(499);
    fal.planNext({ hold: 'run' });
    const running = await submit(trellis, { image_url });
    expect((await put(running.cancel_url)).status).toBe(202);
    expect(await (await get(running.status_url)).json()).toMatchObject({ status: 'IN_PROGRESS' });
    fal.release();
    await fal.until((ledger) => ledger.submits.every((each) => each.status === 'COMPLETED'));
    const late = await put(running.cancel_url);
    expect([late.status, await late.json()]).toEqual([400, { status: 'ALREADY_COMPLETED' }]);
    const nobody = await put(`${fal.queueUrl}/fal-ai/trellis/requests/none/cancel`);
    expect([nobody.status, await nobody.json()]).toEqual([404, { status: 'NOT_FOUND' }]);
    expect(fal.ledger()).toMatchObject({
      cancels: [waiting.request_id, running.request_id, running.request_id],
      submits: [{ units: 0 }, { units: 1 }],
    });
  });

  it('knows a request by the owner and the alias of its model alone', async () => {
    const { fal, upload, submit, get } = await startPlain();
    const job = await submit('fal-ai/hunyuan3d/v2', { input_image_url: await upload(await picture()) });
    expect((await get(`${fal.queueUrl}/fal-ai/hunyuan3d/requests/${job.request_id}/status`)).status).toBeLessThan(300);
    expect((await get(`${fal.queueUrl}/fal-ai/hunyuan3d/v2/requests/${job.request_id}/status`)).status).toBe(405);
    expect((await get(`${fal.queueUrl}/fal-ai/trellis/requests/${job.request_id}/status`)).status).toBe(404);
  });

  it('accepts no call without a key that it knows, and minds keys where none belongs', async () => {
    const { fal, upload, get } = await startPlain();
    for (const key of [undefined, 'Key wrong', `Bearer ${falKey}`]) {
      const answer = await fetch(`${fal.queueUrl}/${trellis}`, {
        method: 'POST',
        headers: key === undefined ? {} : { authorization: key },
        body: '{}',
      });
      expect(answer.status).toBe(401);
    }
    const url = await upload(await picture());
    expect(fal.ledger()).toMatchObject({ unauthorised: 3, leakedKeys: 0, submits: [] });
    await get(url);
    expect(fal.ledger().leakedKeys).toBe(1);
  });

  it('serves a few jobs at a time, and says how many wait before one', async () => {
    const { fal, upload, submit, get } = await startPlain({ concurrency: 1, plan: { hold: 'run' } });
    const image_url = await upload(await picture());
    const jobs = [];
    for (let each = 0; each < 3; each += 1) jobs.push(await submit(trellis, { image_url }));
    const statuses = await Promise.all(jobs.map(async (job) => await (await get(job.status_url)).json()));
    expect(statuses).toMatchObject([{ status: 'IN_PROGRESS' }, { queue_position: 0 }, { queue_position: 1 }]);
    fal.release();
    await fal.until((ledger) => ledger.submits.every((each) => each.status === 'COMPLETED'));
  });
});
