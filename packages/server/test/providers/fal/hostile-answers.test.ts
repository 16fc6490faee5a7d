import { errorDefinitions } from '@image2model/protocol';
import { describe, expect, it } from 'vitest';
import { fileOf, setUp } from './bench.ts';
import type { FalOperation } from './types.ts';

/** Bodies that no call expects. */
const nonsense = [
  '',
  'null',
  '[]',
  '"text"',
  '{}',
  '{"detail":',
  '<html>Sign in to the hotel</html>',
  '\u0000\uFFFF',
  '[['.repeat(50_000),
  '{"__proto__":{"status":"COMPLETED"},"constructor":1}',
];

const submits = [
  '{"request_id":5}',
  '{"request_id":""}',
  '{"request_id":"../../fal-ai/flux/requests/1"}',
  '{"request_id":"a?b#c"}',
  `{"request_id":"${'9'.repeat(5000)}"}`,
  '{"request_id":{"toString":1}}',
];

const places = [
  '{"upload_url":"http://169.254.169.254/latest","file_url":"http://169.254.169.254/x"}',
  '{"upload_url":"file:///etc/passwd","file_url":"x"}',
  '{"upload_url":"https://user:secret@example.org/","file_url":"https://example.org/"}',
  '{"upload_url":5,"file_url":[]}',
];

const results = [
  '{"model_mesh":null}',
  '{"model_mesh":"https://example.org/a.glb"}',
  '{"model_mesh":{"url":5}}',
  '{"model_mesh":{"url":""}}',
  '{"model_mesh":{"url":"javascript:alert(1)"}}',
  '{"model_mesh":{"url":"data:model/gltf-binary;base64,Z2xURg=="}}',
  '{"model_mesh":[{"url":"//10.0.0.1/a.glb"}]}',
  `{"model_mesh":{"url":"https://${'a'.repeat(300)}.invalid/"}}`,
];

const statuses = [
  '{"status":"FAILED"}',
  '{"status":["COMPLETED"]}',
  '{"status":"IN_QUEUE","queue_position":-1e308}',
  '{"status":"IN_PROGRESS","logs":"100%"}',
  '{"status":"IN_PROGRESS","logs":[null,5,{"message":7},{"message":"999999%"},{"message":"100%"}]}',
];

const streams = [
  'data: {"status":"COMPLETED"',
  'data: {"status":"COMPLETED"}\n\n',
  `data: ${'x'.repeat(3_000_000)}`,
  'data: {"status":"IN_PROGRESS","logs":[{"message":"100%"}]}\n\n'.repeat(2000),
  ': ping\n'.repeat(10_000),
  '\r\r\n\n\uFEFFdata\n\n',
];

const documented: readonly string[] = ['completed', ...Object.keys(errorDefinitions)];

describe('answers that fal would never give', () => {
  it.each<[FalOperation, number, string[], readonly string[]]>([
    // Nobody knows whether such an answer came of a request that was accepted.
    ['submit', 200, [...nonsense, ...submits], ['SUBMIT_OUTCOME_UNKNOWN']],
    ['submit', 422, nonsense, ['PROVIDER_REFUSED']],
    ['initiate', 200, [...nonsense, ...places], documented],
    ['status', 200, [...nonsense, ...statuses], ['completed']],
    ['stream', 200, [...nonsense, ...streams], ['completed']],
    ['result', 200, [...nonsense, ...results], documented],
    ['result', 422, nonsense, ['PROVIDER_REFUSED']],
    ['pricing', 200, nonsense, ['completed']],
  ])('to %s, with %i, are reported as what they are and are no bug of ours', async (at, status, bodies, expected) => {
    const bench = await setUp({}, { WORKER_CONCURRENCY: '16', RATE_LIMIT_PER_MINUTE: '100000' });
    for (const body of bodies) {
      // A status is asked for where the stream is of no use.
      if (at === 'status') bench.fal.fault({ at: 'stream', kind: 'say', status: 200, body, times: 2 });
      const type = at === 'stream' ? 'text/event-stream' : 'application/json';
      bench.fal.fault({ at, kind: 'say', status, body, headers: { 'content-type': type } });
      const file = fileOf(await bench.ended(await bench.upload()));
      const code = file.status === 'failed' ? file.details?.code : file.status;
      expect(expected, `${body.slice(0, 80)} gave ${JSON.stringify(file)}`).toContain(code);
    }
    // What is expected to go wrong is thrown as a ModelError; anything else is a bug.
    const faults = bench.log
      .map((line) => JSON.parse(line) as { msg: string; err?: { type?: string } })
      .filter(({ msg, err }) => /attempt failed|file failed|file could not/i.test(msg) && err?.type !== 'ModelError');
    expect(faults).toEqual([]);
  });

  it('that a job has ended are not believed before its result is there', async () => {
    const bench = await setUp({ plan: { hold: 'run' } });
    const headers = { 'content-type': 'text/event-stream' };
    bench.fal.fault({ at: 'stream', kind: 'say', status: 200, body: 'data: {"status":"COMPLETED"}\n\n', headers });
    const upload = await bench.upload();
    await bench.fal.until(({ calls }) => calls.result > 1);
    bench.fal.release();
    expect(fileOf(await bench.ended(upload))).toMatchObject({ status: 'completed', result: { cost: { units: 1 } } });
  });
});
