import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { asyncProperty, assert, constantFrom, oneof, record, string, stringMatching, uint8Array } from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer } from '../support/server.ts';
import type { TestServer } from '../support/server.ts';
import { ended, upload } from './support.ts';

let server: TestServer;
let known: string[];

beforeAll(async () => {
  server = await startTestServer({ env: { RATE_LIMIT_PER_MINUTE: '1000000', LOG_LEVEL: 'error' } });
  const accepted = await upload(server);
  await ended(server, accepted.task_id);
  const { task_id: task, job_id: job } = accepted;
  known = [
    '/api/v1/upload/',
    '/api/v1/models/available',
    `/api/v1/status/tasks/${task}`,
    `/api/v1/status/tasks/${task}/cancel`,
    `/api/v1/status/tasks/${task}/ticket`,
    `/api/v1/status/jobs/${job}/progress`,
    `/api/v1/download/${job}/all`,
    `/api/v1/download/${job}/chair.glb`,
    `/api/v1/download/${job}/archive`,
    `/api/v1/jobs`,
    `/api/v1/jobs/${job}/retry`,
    '/api/v1/session',
    '/api/v1/health',
    '/',
  ];
});

afterAll(async () => {
  await server.stop();
});

/** Sends bytes as they are and gives the status of the answer; 0 where the connection was closed without one. */
async function send(bytes: Uint8Array): Promise<number> {
  const socket = connect(Number(new URL(server.address).port), '127.0.0.1');
  socket.on('error', () => undefined);
  socket.end(bytes);
  const answer = await text(socket).catch(() => '');
  return Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1] ?? 0);
}

describe('whatever is sent', () => {
  it('is not the server’s fault, and the server goes on', { timeout: 60_000 }, async () => {
    const line = string({ maxLength: 60 }).map((value) => value.replaceAll(/[^\x21-\x7E]/g, '%'));
    const request = record({
      method: constantFrom('GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH', 'TRACE', 'QUERY'),
      path: oneof(
        constantFrom(...known),
        line.map((value) => `/api/v1/${value}`),
      ),
      query: oneof(
        constantFrom(''),
        line.map((value) => `?${value}`),
      ),
      type: oneof(
        constantFrom('application/json', 'multipart/form-data; boundary=x', 'multipart/form-data', 'text/plain'),
        line,
      ),
      header: stringMatching(
        /^(Range|If-None-Match|If-Range|Last-Event-ID|Authorization|Cookie|Idempotency-Key|Expect)$/,
      ),
      value: line,
      body: oneof(
        uint8Array({ maxLength: 300 }),
        line.map((value) =>
          Buffer.from(`--x\r\nContent-Disposition: form-data; name="${value}"\r\n\r\n${value}\r\n--x--`),
        ),
        line.map((value) => Buffer.from(JSON.stringify({ [value]: value, api_key: value }))),
      ),
    });
    const seen = new Map<number, number>();
    await assert(
      asyncProperty(request, async ({ method, path, query, type, header, value, body }) => {
        const head = [
          `${method} ${path}${query} HTTP/1.1`,
          'Host: localhost',
          'Connection: close',
          `Content-Type: ${type}`,
          `${header}: ${value}`,
          `Content-Length: ${body.length}`,
        ];
        const status = await send(Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]));
        seen.set(status, (seen.get(status) ?? 0) + 1);
        expect(status, head.join('\n')).toBeLessThan(500);
      }),
      { numRuns: 1500, seed: 20_261_122 },
    );
    // Enough of it got past the parser and the router to mean something.
    for (const status of [200, 400, 404, 405, 415]) expect(seen.get(status), String(status)).toBeGreaterThan(10);
    expect((await server.ask('/api/v1/health')).status).toBe(200);
    expect(server.log).toEqual([]);
  });
});
