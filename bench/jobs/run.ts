/* oxlint-disable no-restricted-imports -- measures the queue itself, without the server around it */
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isEnding } from '@image2model/protocol';
import { pino } from 'pino';
import type { Engine } from '../../packages/server/src/engine/contract.ts';
import { createSqliteEngine } from '../../packages/server/src/engine/sqlite/engine.ts';
import { createDiskStore } from '../../packages/server/src/files/disk.ts';
import { Runner } from '../../packages/server/src/jobs/runner.ts';
import { newJob } from '../../packages/server/test/support/jobs.ts';
import { createScriptedModel } from '../../packages/server/test/support/scripted-model.ts';
import { quantile } from '../quantile.ts';
import { estimates } from './estimates.ts';
import { compareHistory } from './history.ts';

/**
 * What queue and engine cost by themselves: a model that takes no time or a fixed one, on a real database and a real
 * file store in a temporary folder. Run with `node bench/jobs/run.ts`; every figure of the table is of this run.
 */
const directory = await mkdtemp(join(tmpdir(), 'image2model-bench-jobs-'));
try {
  const rows = [
    ...(await submits()),
    ...(await throughput()),
    ...(await batch()),
    ...(await delay()),
    ...(await history()),
    ...(await estimates(directory)),
  ];
  console.log(`\nNode ${process.version}, ${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown'}\n`);
  console.log('| work | figure | goal |\n|---|---|---|');
  for (const [work, figure, goal] of rows) console.log(`| ${work} | ${figure} | ${goal} |`);
} finally {
  await rm(directory, { recursive: true });
}

type Row = [work: string, figure: string, goal: string];

/**
 * The whole way of a file that costs nothing to generate: submit, claim, report, write the model, finish. Once with
 * the models thrown away, which leaves queue and engine alone, and once on the disk, each synced.
 */
async function throughput(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const store of ['no store', 'disk store'] as const) {
    for (const [jobs, files] of [
      [1000, 1],
      [40, 25],
    ] as const) {
      const { engine, close } = await open('throughput', 8, 0, store);
      const given = Array.from({ length: jobs }, () => newJob(files));
      const ended = allEnded(
        engine,
        given.map((job) => job.taskId),
      );
      const cpuBefore = process.cpuUsage();
      const at = performance.now();
      // As uploads that arrive together.
      for (let from = 0; from < jobs; from += 50) {
        await Promise.all(given.slice(from, from + 50).map((job) => engine.submit(job)));
      }
      await ended;
      const seconds = (performance.now() - at) / 1000;
      const { user, system } = process.cpuUsage(cpuBefore);
      const rate = Math.round((jobs * files) / seconds);
      const cpu = ((user + system) / 1000 / jobs / files).toFixed(2);
      rows.push([`${jobs} jobs of ${files}, ${store}`, `${rate} files/s, CPU ${cpu} ms a file`, '≥ 500']);
      await close();
    }
  }
  return rows;
}

/** What an upload waits for before it is answered: one after the other, and fifty that arrive together. */
async function submits(): Promise<Row[]> {
  const engine = await createSqliteEngine({ file: join(directory, 'submits.db') });
  const alone: number[] = [];
  for (let each = 0; each < 500; each += 1) {
    const at = performance.now();
    await engine.submit(newJob(1));
    alone.push(performance.now() - at);
  }
  const [rounds, together] = [40, 50];
  const cpuBefore = process.cpuUsage();
  const from = performance.now();
  for (let round = 0; round < rounds; round += 1) {
    await Promise.all(Array.from({ length: together }, () => engine.submit(newJob(1))));
  }
  const seconds = (performance.now() - from) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  await engine.close();
  const at = (share: number) => `${quantile(alone, share).toFixed(2)} ms`;
  const rate = Math.round((rounds * together) / seconds);
  const cpu = Math.round((user + system) / rounds / together);
  return [
    ['submit, one after the other', `p50 ${at(0.5)}, p99 ${at(0.99)}`, '–'],
    [`submit, ${together} that arrive together`, `${rate} jobs/s, CPU ${cpu} µs each`, '≥ 500'],
  ];
}

/** 25 files of 200 ms each, 8 at once: four rounds would be ideal. */
async function batch(): Promise<Row[]> {
  const { engine, close } = await open('batch', 8, 200, 'disk store');
  const job = newJob(25);
  const ended = allEnded(engine, [job.taskId]);
  const at = performance.now();
  await engine.submit(job);
  await ended;
  const took = performance.now() - at;
  await close();
  const ideal = Math.ceil(25 / 8) * 200;
  return [[`25 files × 200 ms, 8 at once`, `${Math.round(took)} ms, ${(took / ideal).toFixed(3)} × ideal`, '≤ 1.1 ×']];
}

/** From a report's call to its arrival at a subscriber, while 100 files report ten times a second each. */
async function delay(): Promise<Row[]> {
  const engine = await createSqliteEngine({ file: join(directory, 'delay.db') });
  const jobs = Array.from({ length: 100 }, () => newJob(1));
  const sentAt = new Map<string, number>();
  const delays: number[] = [];
  const tokens: string[] = [];
  for (const job of jobs) {
    await engine.submit(job);
    await engine.subscribe(job.taskId, (entries) => {
      const now = performance.now();
      for (const entry of entries) {
        const at = entry.type === 'file_update' ? sentAt.get(entry.taskId) : undefined;
        if (at !== undefined) delays.push(now - at);
      }
    });
    const lease = await engine.claim({ worker: 'bench', leaseMs: 60_000, models: [{ id: job.model }] });
    if (lease) tokens.push(lease.token);
  }
  const taskOf = new Map(tokens.map((token, index) => [token, jobs[index]?.taskId ?? '']));
  const cpuBefore = process.cpuUsage();
  const from = performance.now();
  for (let tick = 1; tick <= 50; tick += 1) {
    // A burst of all hundred would measure itself: they come spread over the tenth of a second, ten together.
    for (let part = 0; part < 10; part += 1) {
      // From when the burst was due: a report that waits for the one before it has waited.
      const due = performance.now();
      for (const token of tokens.slice(part * 10, part * 10 + 10)) {
        sentAt.set(taskOf.get(token) ?? '', due);
        void engine.report(token, tick, { text: `Step ${tick}` });
      }
      await sleep(Math.max(0, from + (tick - 1) * 100 + (part + 1) * 10 - performance.now()));
    }
  }
  const cpu = process.cpuUsage(cpuBefore);
  await engine.close();
  const at = (share: number) => `${quantile(delays, share).toFixed(2)} ms`;
  const each = (cpu.user + cpu.system) / delays.length;
  return [
    [
      `report → subscriber, 100 running files, ${delays.length} reports`,
      `p50 ${at(0.5)}, p99 ${at(0.99)}`,
      'p99 ≤ 5 ms',
    ],
    ['the same, CPU of the process', `${Math.round(each)} µs a report`, '–'],
  ];
}

/** One hundred thousand finished jobs must not be felt. */
async function history(): Promise<Row[]> {
  const { before, after } = await compareHistory(join(directory, 'history.db'), 100_000);
  const row = (what: 'submit' | 'others' | 'entries', name: string): Row => [
    `${name}, with 100 000 finished jobs`,
    `${Math.round(after[what])} µs CPU, ${(after[what] / before[what]).toFixed(2)} × an empty database`,
    '≤ 1.1 ×',
  ];
  return [
    row('submit', 'submit'),
    row('others', 'claim, report and finish'),
    row('entries', 'the log of a task'),
    ['opening the database with them', `${Math.round(after.openMs)} ms`, '–'],
  ];
}

async function open(name: string, concurrency: number, delayMs: number, store: 'no store' | 'disk store') {
  const engine = await createSqliteEngine({ file: join(directory, name, 'jobs.db') });
  const disk = createDiskStore({ directory: join(directory, name, 'files') });
  const model = createScriptedModel({ delayMs, steps: 2 });
  const runner = new Runner({
    engine,
    models: new Map([[model.id, model]]),
    // Uploads are no part of this: every image is there already, and is what `newJob` says.
    files: Object.assign(disk, { read: photoAt, ...(store === 'no store' && { write: throwAway }) }),
    concurrency,
    log: pino({ level: 'warn' }),
    worker: 'bench',
  });
  runner.start();
  async function close(): Promise<void> {
    await runner.close(1000);
    await engine.close();
    await disk.close();
    await rm(join(directory, name), { recursive: true });
  }
  return { engine, close };
}

async function photoAt(key: string): Promise<Uint8Array> {
  return Buffer.from(key.slice(key.lastIndexOf('/') + 1));
}

/** In place of a store where only queue and engine are measured. */
async function throwAway(_key: string, data: Uint8Array | AsyncIterable<Uint8Array>) {
  const bytes = data instanceof Uint8Array ? data : new Uint8Array();
  return { sizeBytes: bytes.byteLength, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** Resolves once every one of these tasks has ended; subscribe before submitting. */
async function allEnded(engine: Engine, taskIds: readonly string[]): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let left = taskIds.length;
  for (const taskId of taskIds) {
    await engine.subscribe(taskId, (entries) => {
      if (entries.some((entry) => isEnding(entry.type)) && (left -= 1) === 0) resolve();
    });
  }
  await promise;
}
