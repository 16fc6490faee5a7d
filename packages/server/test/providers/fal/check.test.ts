import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import process from 'node:process';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { falRows } from '../../../src/models/fal/table.ts';
import { falKey, startFalServer } from './server.ts';
import type { FalServer } from './server.ts';

const program = resolve(import.meta.dirname, '../../../src/cli/main.ts');
let fal: FalServer;
beforeAll(async () => void (fal = await startFalServer()));
afterAll(() => fal.close());

async function check(env: Record<string, string>) {
  const child = spawn(process.execPath, [program, 'fal', 'check'], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: child.exitCode, out, err };
}

describe('image2model fal check', () => {
  it('says that a key is good and what the models cost, and spends nothing', async () => {
    const { code, out, err } = await check({ FAL_KEY: falKey, FAL_QUEUE_URL: fal.queueUrl, FAL_REST_URL: fal.restUrl });
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('fal.ai accepts the key. Nothing was spent.');
    expect(out).toContain('fal-ai/trellis: 0.02 USD per generations');
    for (const { id } of falRows) expect(out).toContain(id);
    expect(fal.ledger()).toMatchObject({ submits: [], calls: { put: 0, submit: 0 } });
  });

  it('says that a key is refused, without saying the key', async () => {
    const env = { FAL_KEY: 'wrong-id:wrong-secret', FAL_QUEUE_URL: fal.queueUrl, FAL_REST_URL: fal.restUrl };
    const { code, out, err } = await check(env);
    expect([code, out]).toEqual([3, '']);
    expect(err).toContain('fal.ai rejected this server’s key');
    expect(err).not.toContain('wrong-secret');
  });

  it('says what is missing, and what does not answer', async () => {
    expect(await check({})).toMatchObject({ code: 2, err: 'image2model: FAL_KEY is not set\n' });
    expect(await check({ FAL_KEY: 'k', FAL_REST_URL: 'http://127.0.0.1:9' })).toMatchObject({
      code: 3,
      err: expect.stringContaining('http://127.0.0.1:9 does not answer'),
    });
  });
});
