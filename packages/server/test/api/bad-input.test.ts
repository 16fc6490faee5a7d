/* oxlint-disable vitest/expect-expect -- `problem` expects */
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { picture, uploadForm } from '../support/server.ts';
import { ask as raw } from '../support/sockets.ts';
import { setUpRefusals } from './refusals.ts';
import { problem } from './support.ts';

const good = await picture();
const refusals = setUpRefusals();
const { ask, post } = refusals;

const port = () => Number(new URL(refusals.server.address).port);
const login = async (body: string) =>
  await ask('/api/v1/session', { method: 'POST', body, headers: { 'content-type': 'application/json' } });

describe('an upload is refused', () => {
  it('without a file', async () => {
    await problem(await post(uploadForm([], { face_limit: '500' })), 400, 'NO_FILES');
  });

  it('with 26 files', async () => {
    const files = Array.from({ length: 26 }, (_, index): [string, Buffer] => [`${index}.png`, good]);
    const { detail } = await problem(await post(uploadForm(files)), 400, 'TOO_MANY_FILES');
    expect(detail).toContain('26');
  });

  it('with a file of 11 MB, which is named', async () => {
    const large = Buffer.alloc(11 * 1024 * 1024, 1);
    const refused = await problem(
      await post(
        uploadForm([
          ['ok.png', good],
          ['large.png', large],
        ]),
      ),
      413,
      'FILE_TOO_LARGE',
    );
    expect(refused.errors).toEqual([
      {
        code: 'FILE_TOO_LARGE',
        detail: 'large.png is larger than 10 MiB.',
        message_id: 'image.too_large',
        message_values: { filename: 'large.png', max: 10 },
        filename: 'large.png',
      },
    ]);
  });

  it('with more than all images together may have, before a byte is read', async () => {
    const head = ['POST /api/v1/upload/ HTTP/1.1', `Host: localhost`, 'Content-Type: multipart/form-data; boundary=x'];
    const answer = await raw(port(), [...head, 'Content-Length: 300000000', '', ''].join('\r\n'));
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toContain('BODY_TOO_LARGE');
  });

  it('with more than that, where it did not say so before', async () => {
    const socket = connect(port(), '127.0.0.1');
    const answer: string[] = [];
    socket.on('data', (bytes) => answer.push(bytes.toString())).on('error', () => undefined);
    const head = ['POST /api/v1/upload/ HTTP/1.1', 'Host: localhost', 'Content-Type: multipart/form-data; boundary=x'];
    const part = '--x\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n\r\n';
    const chunk = (bytes: Uint8Array): Buffer =>
      Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
    socket.write([...head, 'Transfer-Encoding: chunked', '', ''].join('\r\n'));
    socket.write(chunk(Buffer.from(part)));
    const zeros = chunk(new Uint8Array(1024 * 1024));
    for (let sent = 0; sent < 260 && answer.length === 0; sent += 1) {
      if (!socket.write(zeros)) {
        const either = new AbortController();
        await Promise.any(['drain', 'data'].map((event) => once(socket, event, { signal: either.signal })));
        either.abort();
      }
    }
    if (answer.length === 0) await once(socket, 'data');
    expect(answer.join('')).toMatch(/^HTTP\/1\.1 413 [\s\S]*BODY_TOO_LARGE/);
  });

  it('with a negative face limit, and with others that are none', async () => {
    for (const face_limit of ['-5', '0', '99', '1.5', '1e3', 'many', '1000001', '99999999999999999999', '0x200']) {
      const refused = await problem(
        await post(uploadForm([['a.png', good]], { face_limit })),
        400,
        'INVALID_FACE_LIMIT',
      );
      const said = { message_id: 'error.face_limit', message_values: { min: 100, max: 1_000_000 } };
      expect(refused).toMatchObject({ ...said, errors: [{ field: 'face_limit', ...said }] });
    }
  });

  it('for a model that there is not', async () => {
    const refused = await problem(
      await post(uploadForm([['a.png', good]], { model: 'no/such' })),
      400,
      'UNKNOWN_MODEL',
    );
    expect(refused).toMatchObject({
      detail: 'There is no such model. Available: local',
      message_id: 'error.unknown_model',
      errors: [{ message_id: 'error.unknown_model' }],
    });
    await problem(await post(uploadForm([['a.png', good]], { model: '__proto__' })), 400, 'UNKNOWN_MODEL');
  });

  it('with options that are no JSON, or not the ones of the model', async () => {
    for (const options of ['{', '[]', '5', '{"depth":true}']) {
      await problem(await post(uploadForm([['a.png', good]], { options })), 400, 'INVALID_OPTIONS');
    }
  });

  it('with a field sent twice', async () => {
    const form = uploadForm([['a.png', good]], { face_limit: '500' });
    form.append('face_limit', '600');
    await problem(await post(form), 400, 'INVALID_REQUEST');
  });

  it('with a file in another field', async () => {
    const form = new FormData();
    form.append('image', new Blob([Uint8Array.from(good)]), 'a.png');
    const { detail } = await problem(await post(form), 400, 'INVALID_REQUEST');
    expect(detail).toContain('`files`');
  });

  it('naming every file that is at fault, and none that is good', async () => {
    const files: [string, Uint8Array][] = [
      ['note.png', Buffer.from('just a text')],
      ['fine.png', good],
      ['cut.png', good.subarray(0, good.length - 30)],
    ];
    const refused = await problem(await post(uploadForm(files)), 415, 'UNSUPPORTED_IMAGE_TYPE');
    expect(refused.errors?.map(({ filename, code }) => [filename, code])).toEqual([
      ['note.png', 'UNSUPPORTED_IMAGE_TYPE'],
      ['cut.png', 'IMAGE_UNDECODABLE'],
    ]);
  });
});

describe('a request that is not well formed', () => {
  const multipart = { 'content-type': 'multipart/form-data; boundary=x' };

  it('is refused where the body is no form', async () => {
    await problem(await ask('/api/v1/upload/', { method: 'POST' }), 415, 'UNSUPPORTED_MEDIA_TYPE');
    const json = { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } };
    await problem(await ask('/api/v1/upload/', json), 415, 'UNSUPPORTED_MEDIA_TYPE');
    const odd = { method: 'POST', body: 'x', headers: { 'content-type': 'text/strange' } };
    await problem(await ask('/api/v1/upload/', odd), 415, 'UNSUPPORTED_MEDIA_TYPE');
  });

  it('is refused where the form is broken', async () => {
    for (const body of [
      '',
      'garbage',
      '--x\r\n',
      '--x\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\nabc',
    ]) {
      const response = await ask('/api/v1/upload/', { method: 'POST', body, headers: multipart });
      expect(response.status, JSON.stringify(body)).toBe(400);
      expect((await response.json()) as object).toHaveProperty(
        'code',
        expect.stringMatching(/INVALID_REQUEST|NO_FILES/),
      );
    }
    const noBoundary = { method: 'POST', body: 'x', headers: { 'content-type': 'multipart/form-data' } };
    await problem(await ask('/api/v1/upload/', noBoundary), 400, 'INVALID_REQUEST');
    const field = '--x\r\nContent-Disposition: form-data; name="__proto__"\r\n\r\n1\r\n--x--\r\n';
    await problem(
      await ask('/api/v1/upload/', { method: 'POST', body: field, headers: multipart }),
      400,
      'INVALID_REQUEST',
    );
  });

  it('leaves nothing behind where the client goes away in the middle', async () => {
    const head = ['POST /api/v1/upload/ HTTP/1.1', 'Host: localhost', 'Content-Type: multipart/form-data; boundary=x'];
    const part = '--x\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n\r\n';
    const socket = connect(port(), '127.0.0.1');
    socket.write([...head, 'Content-Length: 100000', '', part].join('\r\n'));
    socket.write(good);
    await expect.poll(async () => (await readdir(join(refusals.server.dataDir, 'files', '.incoming'))).length).toBe(1);
    socket.destroy();
    await expect.poll(async () => (await readdir(join(refusals.server.dataDir, 'files', '.incoming'))).length).toBe(0);
  });

  it('is refused where an id is no UUID', async () => {
    for (const path of [
      '/status/tasks/5',
      '/status/tasks/5/status',
      '/status/tasks/5/stream',
      '/status/jobs/x/progress',
      '/download/..%2f..%2fetc/all',
      '/download/x/archive',
      '/download/x/chair.glb',
    ]) {
      await problem(await ask(`/api/v1${path}`), 400, 'INVALID_ID');
    }
    await problem(await ask('/api/v1/status/tasks/x/cancel', { method: 'POST' }), 400, 'INVALID_ID');
  });

  it('is refused where there is no such task, job or file', async () => {
    const id = crypto.randomUUID();
    await problem(await ask(`/api/v1/status/tasks/${id}`), 404, 'TASK_NOT_FOUND');
    await problem(await ask(`/api/v1/status/tasks/${id}/stream`), 404, 'TASK_NOT_FOUND');
    await problem(await ask(`/api/v1/status/tasks/${id}/cancel`, { method: 'POST' }), 404, 'TASK_NOT_FOUND');
    await problem(await ask(`/api/v1/status/jobs/${id}/progress`), 404, 'JOB_NOT_FOUND');
    await problem(await ask(`/api/v1/download/${id}/all`), 404, 'JOB_NOT_FOUND');
    await problem(await ask(`/api/v1/download/${id}/chair.glb`), 404, 'JOB_NOT_FOUND');
  });

  it('is refused where no route takes it', async () => {
    await problem(await ask('/api/v1/nothing'), 404, 'NOT_FOUND');
    await problem(await ask('/nothing'), 404, 'NOT_FOUND');
    // As with a base address that has the root of the API already.
    const twice = await problem(
      await ask('/api/v1/api/v1/upload/?api_key=secret', { method: 'POST' }),
      404,
      'NOT_FOUND',
    );
    expect(twice.detail).toBe('There is no such route: POST /api/v1/api/v1/upload/');
    const long = await problem(await ask(`/api/v1/${'a'.repeat(5000)}`), 404, 'NOT_FOUND');
    expect(long.detail.length).toBeLessThan(200);
    const wrong = await ask('/api/v1/upload', { method: 'GET' });
    expect(wrong.headers.get('allow')).toBe('POST');
    await problem(wrong, 405, 'METHOD_NOT_ALLOWED');
    await problem(await ask('/api/v1/models/available/', { method: 'DELETE' }), 405, 'METHOD_NOT_ALLOWED');
  });

  it('is refused where JSON is broken, too long or of another shape', async () => {
    await problem(await login('{"api_key"'), 400, 'INVALID_REQUEST');
    await problem(await login(''), 400, 'INVALID_REQUEST');
    const { errors } = await problem(await login('{"api_key":5}'), 400, 'INVALID_REQUEST');
    expect(errors?.[0]?.field).toBe('api_key');
    await problem(await login(`{"api_key":"${'x'.repeat(100_000)}"}`), 413, 'BODY_TOO_LARGE');
  });

  it('is refused where it is hardly HTTP', async () => {
    expect(await raw(port(), 'NONSENSE\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 [\s\S]*INVALID_REQUEST/);
    const huge = `GET / HTTP/1.1\r\nHost: localhost\r\nX-Large: ${'x'.repeat(100_000)}\r\n\r\n`;
    expect(await raw(port(), huge)).toMatch(/^HTTP\/1\.1 400 [\s\S]*INVALID_REQUEST/);
    expect(await raw(port(), 'GET /api/v1/%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 400 [\s\S]*INVALID_REQUEST/,
    );
  });
});
