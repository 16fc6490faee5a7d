import { createHash, createPublicKey, verify } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { picture } from '../../support/server.ts';
import { startFalChild } from './child.ts';
import { createPlainClient, makeStateFile, startPlain } from './plain-client.ts';

const trellis = 'fal-ai/trellis';

describe('what the stand-in for fal.ai does to its callers', () => {
  it('forgets results and files after a while', async () => {
    const { submit, upload, follow, get } = await startPlain({ resultTtlMs: -1 });
    const job = await submit(trellis, { image_url: await upload(await picture()) });
    await follow(job);
    expect((await get(job.response_url)).status).toBe(404);
    const short = await startPlain({ fileTtlMs: -1 });
    expect((await fetch(await short.upload(await picture()))).status).toBe(403);
  });

  it('loses the answer of a submit that it has accepted', async () => {
    const { fal, submit, upload } = await startPlain();
    const image_url = await upload(await picture());
    for (const kind of ['cut-before', 'cut-after', 'cut-within'] as const) {
      fal.fault({ at: 'submit', kind });
      await expect(submit(trellis, { image_url })).rejects.toThrow(/fetch failed|terminated/);
    }
    expect(fal.ledger().submits).toHaveLength(2);
    expect(fal.ledger()).toMatchObject({ calls: { submit: 3 }, faults: 3 });
  });

  it('cuts, ends and splits the status stream', async () => {
    const { fal, submit, upload, follow, get } = await startPlain();
    const job = await submit(trellis, { image_url: await upload(await picture()) });
    fal.fault({ at: 'stream', kind: 'stream-cut', afterEvents: 0 });
    await expect(follow(job)).rejects.toThrow(/fetch failed|terminated/);
    fal.fault({ at: 'stream', kind: 'stream-end', afterEvents: 0 });
    expect(await follow(job)).toEqual([]);
    fal.fault({ at: 'stream', kind: 'stream-split' });
    const reader = (await get(`${job.status_url}/stream?logs=1`)).body?.getReader();
    const decoder = new TextDecoder('utf-8', { fatal: true });
    let text = '';
    for (let part = await reader?.read(); part?.value; part = await reader?.read()) {
      text += decoder.decode(part.value, { stream: true });
    }
    expect(text).toContain('Größe geprüft');
  });

  it('sends a comment now and then while nothing happens', async () => {
    const { fal, submit, upload, get } = await startPlain({ commentMs: 10, plan: { hold: 'run' } });
    const job = await submit(trellis, { image_url: await upload(await picture()) });
    const stream = await get(`${job.status_url}/stream`);
    expect(stream.headers.get('content-type')).toContain('text/event-stream');
    let text = '';
    for await (const part of (stream.body ?? []) as AsyncIterable<Uint8Array>) {
      text += Buffer.from(part).toString();
      if (text.includes(': ping')) fal.release();
    }
    expect(text).toMatch(/: ping\n\n[^]*"COMPLETED"/);
  });

  it('serves files whole, in part, wrong, and without end', async () => {
    const { fal, submit, upload, follow, get } = await startPlain();
    const job = await submit(trellis, { image_url: await upload(await picture()) });
    await follow(job);
    const { model_mesh } = (await (await get(job.response_url)).json()) as { model_mesh: { url: string } };
    const whole = await fetch(model_mesh.url);
    const bytes = Buffer.from(await whole.arrayBuffer());
    const part = await fetch(model_mesh.url, { headers: { range: 'bytes=100-' } });
    expect(part.status).toBe(206);
    expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(100))).toBe(true);
    expect(part.headers.get('etag')).toBe(whole.headers.get('etag'));
    for (const [is, start] of [
      ['fbx', 'Kayd'],
      ['zip', 'PK'],
      ['html', '<!do'],
    ] as const) {
      fal.fault({ at: 'file', kind: 'content', is });
      expect(await (await fetch(model_mesh.url)).text()).toMatch(new RegExp(`^${start}`));
    }
    fal.fault({ at: 'file', kind: 'content', is: 'truncated' });
    await expect(fetch(model_mesh.url).then((answer) => answer.arrayBuffer())).rejects.toThrow(
      /fetch failed|terminated/,
    );
    fal.fault({ at: 'file', kind: 'content', is: 'endless' });
    const endless = (await fetch(model_mesh.url)).body?.getReader();
    let read = 0;
    while (read < 1_000_000) read += (await endless?.read())?.value?.length ?? 0;
    await endless?.cancel();
    fal.fault({ at: 'file', kind: 'redirect', to: 'http://169.254.169.254/' });
    expect((await fetch(model_mesh.url, { redirect: 'manual' })).status).toBe(302);
  });

  it('sends a webhook, signed as fal signs', async () => {
    const got = Promise.withResolvers<{ headers: Headers; body: Buffer }>();
    const receiver = createServer((request, response) => {
      void (async () => {
        const body = await buffer(request);
        response.end();
        got.resolve({ headers: new Headers(request.headers as Record<string, string>), body });
      })();
    }).listen(0, '127.0.0.1');
    await once(receiver, 'listening');
    onTestFinished(async () => void receiver.close());
    const { fal, submit, upload } = await startPlain();
    const hook = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
    const job = await submit(
      trellis,
      { image_url: await upload(await picture()) },
      `?fal_webhook=${encodeURIComponent(hook)}`,
    );
    const { headers: signed, body } = await got.promise;
    expect(JSON.parse(body.toString())).toMatchObject({
      request_id: job.request_id,
      status: 'OK',
      payload: { model_mesh: {} },
    });
    const { keys } = (await (await fetch(`${fal.restUrl}/.well-known/jwks.json`)).json()) as { keys: JsonWebKey[] };
    const message = [
      signed.get('x-fal-webhook-request-id'),
      signed.get('x-fal-webhook-user-id'),
      signed.get('x-fal-webhook-timestamp'),
      createHash('sha256').update(body).digest('hex'),
    ].join('\n');
    const key = createPublicKey({ key: keys[0] ?? {}, format: 'jwk' });
    const signature = Buffer.from(signed.get('x-fal-webhook-signature') ?? '', 'hex');
    expect(verify(null, Buffer.from(message), key, signature)).toBe(true);
  });

  it('quotes prices as the pricing route does', async () => {
    const { fal, get } = await startPlain({ prices: { [trellis]: 0.02 } });
    const url = `${fal.restUrl}/v1/models/pricing?endpoint_id=${trellis}&endpoint_id=fal-ai/triposr`;
    expect(await (await get(url)).json()).toMatchObject({
      prices: [{ endpoint_id: trellis, unit_price: 0.02, unit: 'generations', currency: 'USD' }],
      has_more: false,
    });
  });

  it('goes on after it was killed, with all that it had accepted', async () => {
    const file = await makeStateFile();
    const first = await startFalChild({ stateFile: file, plan: { runMs: 1 } });
    onTestFinished(() => first.kill());
    const { upload, submit } = createPlainClient(first);
    const image_url = await upload(await picture());
    await first.planNext({ hold: 'run' });
    const job = await submit(trellis, { image_url });
    await first.kill();
    const second = await startFalChild({ stateFile: file, port: first.port });
    onTestFinished(() => second.kill());
    expect(await second.ledger()).toMatchObject({ submits: [{ requestId: job.request_id, status: 'IN_PROGRESS' }] });
    await second.release();
    const { follow, get } = createPlainClient(second);
    expect((await follow(job)).at(-1)).toMatchObject({ status: 'COMPLETED' });
    expect((await get(job.response_url)).status).toBe(200);
    expect((await fetch(image_url)).status).toBe(200);
  });
});
