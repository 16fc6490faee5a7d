import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { ended, start, upload } from '../api/support.ts';

const program = resolve(import.meta.dirname, '../../src/cli/main.ts');
const key = 'key-of-the-command-line';

it('a link is made, listed and revoked on the command line', async () => {
  const server = await start({ env: { API_KEYS: key } });
  const headers = { authorization: `Bearer ${key}` };
  const job = await upload(server, ['chair.png', 'lamp.png'], { headers });
  await ended(server, job.task_id, { headers });
  async function run(args: string[], env: Record<string, string> = { IMAGE2MODEL_URL: server.address }) {
    const child = spawn(process.execPath, [program, 'share', job.job_id, ...args], {
      env: { PATH: process.env['PATH'], LC_ALL: 'C', IMAGE2MODEL_API_KEY: key, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    return { code: child.exitCode, out, err };
  }

  const file = job.uploaded_files[0]?.file_id ?? '';
  const made = await run(['--expires', 'never', '--file', file]);
  expect(made).toMatchObject({ code: 0, err: '' });
  const token = /^http:\/\/127\.0\.0\.1:\d+\/shared\/([\w-]{32})\n$/.exec(made.out)?.[1];
  const shared = async (): Promise<number> => (await server.ask(`/api/v1/shared/${token}/chair.glb`)).status;
  expect(await shared()).toBe(200);
  const [id = '', until, what] = (await run(['--list'])).out.trim().split('\t');
  expect([until, what]).toEqual(['never', file]);
  expect((await run(['--revoke', id])).out).toBe(`${id}\n`);
  expect(await shared()).toBe(404);
  expect(await run(['--revoke', id])).toMatchObject({ code: 2, err: expect.stringContaining('(SHARE_NOT_FOUND)') });
  expect(await run(['--expires', 'soon'])).toMatchObject({ code: 2 });
  expect(await run([], {})).toMatchObject({ code: 2, err: expect.stringContaining('--server') });
  expect(await run(['--api-key', 'wrong'])).toMatchObject({ code: 3, err: expect.stringContaining('UNAUTHENTICATED') });
}, 60_000);
