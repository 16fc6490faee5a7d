import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { filterProblems } from '@arethetypeswrong/core/problems';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { pack } from '../scripts/pack.ts';
import { startFeedServer } from './support/feed-server.ts';
import { TaskLog } from './support/task-log.ts';

const run = promisify(execFile);
const modules = join(import.meta.dirname, '../../../node_modules');

let folder: string;
let tarball: string;
let consumer: string;
// Another project: the package from its tarball, and its dependency beside it.
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'image2model-pack-'));
  tarball = await pack(join(folder, 'stage'));
  consumer = join(folder, 'consumer');
  const installed = join(consumer, 'node_modules/@image2model/client');
  await mkdir(installed, { recursive: true });
  await run('tar', ['-xzf', tarball, '--strip-components=1', '-C', installed]);
  await symlink(join(modules, 'eventsource-parser'), join(consumer, 'node_modules/eventsource-parser'));
  await writeFile(join(consumer, 'package.json'), '{"type":"module"}');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('the tarball runs in another project', async () => {
  const task = new TaskLog(1);
  task.progress(10);
  task.complete();
  const server = await startFeedServer([task]);
  onTestFinished(() => server.close());
  const script = `
    import api, { ApiService, watch } from '@image2model/client';
    const own = new ApiService({ baseUrl: process.env.URL });
    for await (const { type } of watch(process.env.TASK, own.streamOptions())) console.log(type);
    console.log(api instanceof ApiService);`;
  await writeFile(join(consumer, 'run.js'), script);
  const { stdout } = await run(process.execPath, ['run.js'], {
    cwd: consumer,
    env: { ...process.env, URL: server.baseUrl, TASK: task.taskId },
  });
  expect(stdout.trim().split('\n')).toEqual(['task_completed', 'true']);
});

test('its types are self-contained, and narrow a result by its success', async () => {
  const script = `
    import api, { createProgressStore, type FileUpdate, type TaskEvent, type TaskState, watch } from '@image2model/client';
    const upload = await api.uploadBatch([new Blob()]);
    if (!upload.success) throw upload.cause;
    const taskId: string = upload.taskId;
    // @ts-expect-error a task id is no number
    const wrong: number = upload.taskId;
    api.createProgressStream(taskId, {
      onFileUpdate: (data: FileUpdate) => data.result?.statistics.faces,
      onTaskUpdate: (type, data) => (type === 'completed' ? data.result.total_files : data.sequence),
      onError: (error) => error.code,
    });
    const task: TaskState = createProgressStore(taskId, api.streamOptions()).getSnapshot().task;
    for await (const event of watch(taskId)) {
      const last: TaskEvent = event;
      if (last.type === 'task_failed') console.log(last.data.details.code, task.status, wrong);
    }`;
  await writeFile(join(consumer, 'types.ts'), script);
  const compilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    module: 'nodenext',
    target: 'esnext',
    lib: ['esnext', 'dom', 'dom.iterable'],
    types: [],
    noEmit: true,
  };
  await writeFile(join(consumer, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['types.ts'] }));
  const compiler = join(modules, 'typescript/bin/tsc');
  const { stdout } = await run(process.execPath, [compiler, '-p', consumer]).catch(
    (error: { stdout: string }) => error,
  );
  expect(stdout).toBe('');
});

test('it contains nothing of the workspace and no schemas, and has one dependency', async () => {
  const installed = join(consumer, 'node_modules/@image2model/client');
  const manifest = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as Record<string, object>;
  expect(Object.keys(manifest['dependencies'] ?? {})).toEqual(['eventsource-parser']);
  const types = await readFile(join(installed, 'types/protocol.d.ts'), 'utf8');
  const code = await readFile(join(installed, 'index.js'), 'utf8');
  expect(types + code).not.toMatch(/zod|from ['"]@image2model/i);
});

test('publint finds no problems in the tarball', async () => {
  const { buffer } = Uint8Array.from(await readFile(tarball));
  const { messages, pkg } = await publint({ pack: { tarball: buffer }, strict: true });
  expect(pkg['name']).toBe('@image2model/client');
  expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([]);
});

test('attw finds no problems in the types of the tarball for ES modules', async () => {
  const analysis = await checkPackage(createPackageFromTarballData(await readFile(tarball)));
  if (!analysis.types) throw new Error('attw found no types in the tarball');
  expect(Object.keys(analysis.entrypoints)).toEqual(['.']);
  // The profile `esm-only` ignores `require` and Node 10's resolution.
  const problems = (['node16-esm', 'bundler'] as const).flatMap((resolutionKind) =>
    filterProblems(analysis, { resolutionKind }),
  );
  expect(problems).toEqual([]);
});
