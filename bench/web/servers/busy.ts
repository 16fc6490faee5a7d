/* oxlint-disable no-restricted-imports -- a task of a hundred files is more than an upload may bring, so it is put into the engine */
// The real server with a simulated model that does nothing but report: ten times a second for each of a hundred files at
// once, and a second task of a hundred that wait for them. Run by frames.ts in a process of its own; says where it listens
// and which tasks to look at, as one line of JSON.
import { readFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openOwner } from '../../../packages/server/src/auth/request.ts';
import { readConfig } from '../../../packages/server/src/config.ts';
import { createLog } from '../../../packages/server/src/log.ts';
import { startServer } from '../../../packages/server/src/compose.ts';
import { newFile, newJob } from '../../../packages/server/test/support/jobs.ts';
import { createScriptedModel } from '../../../packages/server/test/support/scripted-model.ts';

const files = 100;
const updatesEachSecond = 10;
/** Long enough to open four pages and to look at each for ten seconds. */
const seconds = 120;

const dataDir = await mkdtemp(join(tmpdir(), 'image2model-frames-'));
const config = readConfig({
  PORT: '0',
  DATA_DIR: dataDir,
  LOG_LEVEL: 'error',
  WORKER_CONCURRENCY: String(files),
});
const steps = seconds * updatesEachSecond;
const model = createScriptedModel({ id: 'local', delayMs: seconds * 1000, steps });
const server = await startServer({
  config,
  log: createLog({ level: 'error' }),
  models: new Map([['local', model]]),
});

const samples = join(import.meta.dirname, '../../../packages/web/static/samples');
const photos = await Promise.all(['duck.png', 'teapot.jpg', 'cactus.jpg'].map((name) => readFile(join(samples, name))));
const busy = await submit();
const waiting = await submit();
process.stdout.write(`${JSON.stringify({ url: server.address, busy, waiting })}\n`);

process.once('SIGTERM', () => {
  void server
    .close(0)
    .then(async () => rm(dataDir, { recursive: true, force: true }))
    .then(() => process.exit(0));
});

/** A task of a hundred photos; its id. */
async function submit(): Promise<string> {
  const job = newJob(0, { owner: openOwner, model: 'local' });
  const jobFiles = Array.from({ length: files }, (_, index) => newFile(job.jobId, `photo ${index + 1}.png`));
  for (const [index, file] of jobFiles.entries()) {
    await server.files.write(file.storageKey, photos[index % photos.length] ?? Buffer.alloc(0));
  }
  await server.engine.submit({ ...job, files: jobFiles });
  return job.taskId;
}
