import type { FileUpdate } from '@image2model/protocol';
import { describe, expect, it, vi } from 'vitest';
import { fileOf, setUp } from './bench.ts';

describe('a request to fal', () => {
  it('says its place, its stages and its percentages, and never goes back', async () => {
    const bench = await setUp({ concurrency: 1, plan: { queueMs: 30, runMs: 200 } });
    bench.fal.fault({ at: 'stream', kind: 'stream-split', times: 5 });
    const upload = await bench.upload({}, 2);
    const text = await (
      await fetch(`${bench.server.address}/api/v1/status/tasks/${upload.task_id}/stream?last_event_id=0`)
    ).text();
    const updates = [...text.matchAll(/event: file_update\n(?:.*\n)*?data: (.*)/g)].map(
      ([, data = '']) => JSON.parse(data) as FileUpdate,
    );
    for (const { file_id } of upload.uploaded_files) {
      const own = updates.filter((update) => update.file_id === file_id);
      const numbers = own.map(({ progress }) => progress);
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
      expect(own.filter(({ progress }) => progress === 100).map(({ status }) => status)).toEqual(['completed']);
    }
    const messages = updates.map(({ message }) => message).join('\n');
    expect(messages).toMatch(/Waiting in the queue at fal\.ai, number \d/);
    expect(messages).toMatch(/fal\.ai is making the model: \d+%/);
    expect(messages).not.toContain('Sampling');
    const ids = new Set(updates.map(({ message_id: id }) => id));
    for (const id of ['uploading', 'queued_at', 'generating_percent', 'fetching'])
      expect(ids).toContain(`provider.${id}`);
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

  it('is sent again where fal has certainly not accepted it', async () => {
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
    for (const at of ['status', 'result'] as const) bench.fal.fault({ at, kind: 'answer', status: 403, times: 2 });
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

  it('waits for its model when the key is missing for a while, and is resumed when it is back', async () => {
    const bench = await setUp({ plan: { hold: 'run' } });
    const upload = await bench.upload();
    await bench.fal.until((ledger) => ledger.submits[0]?.status === 'IN_PROGRESS');
    const keyless = await bench.restart({ FAL_KEY: '', FAL_QUEUE_URL: '', FAL_REST_URL: '' });
    await vi.waitFor(async () =>
      expect(fileOf(await keyless.job(upload)).message).toContain('doesn’t offer the chosen model'),
    );
    expect(fileOf(await keyless.job(upload)).status).toBe('pending');
    const next = await keyless.restart();
    bench.fal.release();
    expect(fileOf(await next.ended(upload)).status).toBe('completed');
    expect(bench.fal.ledger()).toMatchObject({ submits: [{ units: 1 }], cancels: [] });
  });

  it('is cancelled at fal where its file is, when the key is back at the latest', async () => {
    const bench = await setUp({ plan: { hold: 'run', stopsOnCancel: true } });
    const upload = await bench.upload();
    const { submits } = await bench.fal.until((ledger) => ledger.submits[0]?.status === 'IN_PROGRESS');
    const keyless = await bench.restart({ FAL_KEY: '', FAL_QUEUE_URL: '', FAL_REST_URL: '' });
    await fetch(`${keyless.server.address}/api/v1/status/tasks/${upload.task_id}/cancel`, { method: 'POST' });
    expect((await keyless.ended(upload)).status).toBe('cancelled');
    const next = await keyless.restart();
    await bench.fal.until(({ cancels }) => cancels.includes(submits[0]?.requestId ?? ''));
    expect((await next.ended(upload)).status).toBe('cancelled');
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

  it('that fails at the model is retried where fal agrees', async () => {
    const bench = await setUp();
    bench.fal.planNext({ outcome: { kind: 'model-error', type: 'no_media_generated', retryable: true } });
    bench.fal.planNext({ outcome: { kind: 'request-error', type: 'request_timeout', saidBy: 'result' } });
    const file = fileOf(await bench.ended(await bench.upload()));
    expect(file.status).toBe('completed');
    expect(bench.fal.ledger().submits.map(({ units }) => units)).toEqual([0, 0, 1]);
  });
});
