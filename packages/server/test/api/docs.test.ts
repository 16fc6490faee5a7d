import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { picture, startTestServer } from '../support/server.ts';
import type { TestServer } from '../support/server.ts';
import { mask } from '../support/masks.ts';
import { createTriangleModel } from '../support/triangle-model.ts';

const run = promisify(execFile);
let server: TestServer;
let directory: string;
let commands: string[];

beforeAll(async () => {
  server = await startTestServer({ model: { ...createTriangleModel(), usesMasks: true } });
  directory = await mkdtemp(join(tmpdir(), 'image2model-curl-'));
  await writeFile(join(directory, 'chair.png'), await picture());
  await writeFile(join(directory, 'chair.mask.png'), await mask());
  await writeFile(join(directory, 'mug.jpg'), await picture('jpeg'));
  const page = await readFile(resolve(import.meta.dirname, '../../../../docs/api.md'), 'utf8');
  const blocks = [...page.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block = '']) => block.replaceAll('\\\n', ''));
  commands = blocks
    .join('')
    .split('\n')
    .filter((line) => line.startsWith('curl'));
});

afterAll(async () => {
  await server.stop();
  await rm(directory, { recursive: true, force: true });
});

/** Runs a command of the page as it stands there, against the server of the test. */
const curl = async (command: string | undefined, env: Record<string, string> = {}): Promise<string> => {
  const line = (command ?? 'false').replaceAll('http://127.0.0.1:3000', server.address);
  const { stdout } = await run('sh', ['-c', line], { cwd: directory, env: { ...process.env, ...env } });
  return stdout;
};

describe('the curl lines of docs/api.md', () => {
  it('upload a photo, follow it and fetch its model, as they stand there', async () => {
    const [upload, follow, download, fields, masked, cuts, print, resume, again] = commands;
    const { task_id: TASK_ID, job_id: JOB_ID } = JSON.parse(await curl(upload)) as { task_id: string; job_id: string };
    const events = await curl(follow, { TASK_ID });
    expect(events).toContain('event: file_update\n');
    expect(events).toMatch(/event: task_completed\nid: \d+\ndata: \{.*\}\n\nretry: 3600000\n\n$/);
    await curl(download, { JOB_ID });
    const model = await readFile(join(directory, 'chair.glb'));
    expect(model.subarray(0, 4).toString()).toBe('glTF');

    await curl(print, { JOB_ID });
    expect((await readFile(join(directory, 'chair.3mf'))).subarray(0, 2).toString()).toBe('PK');
    expect(JSON.parse(await curl(fields))).toMatchObject({ face_limit: 5000, total_files: 2 });
    await writeFile(join(directory, 'chair.glb'), model.subarray(0, 100));
    await curl(resume, { JOB_ID });
    expect(await readFile(join(directory, 'chair.glb'))).toEqual(model);
    expect(await readdir(directory)).toEqual(['chair.3mf', 'chair.glb', 'chair.mask.png', 'chair.png', 'mug.jpg']);

    expect(JSON.parse(await curl(masked))).toMatchObject({ uploaded_files: [{ has_mask: true }] });
    expect(JSON.parse(await curl(cuts))).toMatchObject({ width: 32, height: 32, candidates: expect.any(Array) });
    const { task_id: remake } = JSON.parse(await curl(again, { JOB_ID })) as { task_id: string };
    expect(await curl(follow, { TASK_ID: remake })).toContain('event: task_completed\n');
  });
});
