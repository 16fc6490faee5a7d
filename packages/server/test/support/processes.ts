import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import type { Engine, NewJob } from '../../src/engine/contract.ts';
import { openSqliteStore } from '../../src/engine/sqlite/engine.ts';
import type { FileStore } from '../../src/files/contract.ts';
import { createDiskStore } from '../../src/files/disk.ts';
import { Cleaner } from '../../src/jobs/cleaner.ts';
import { Runner } from '../../src/jobs/runner.ts';
import type { Model } from '../../src/models/contract.ts';

/** One store of jobs and files that several processes work on. */
export interface SharedStore {
  /** A handle of its own for each process. */
  connect(): Engine;
  readonly files: FileStore;
  /** Stores the photos of a job and submits it. */
  submit(job: NewJob): Promise<NewJob>;
  /** Starts what a process does besides answering requests. */
  work(options: WorkOptions): Runner;
  /** Sets the store's clock forward. What is due then is noticed with the next call. */
  pass(ms: number): void;
  /** Opens the store once more, as after the death of every process. */
  reopen(): Promise<void>;
}

interface WorkOptions {
  models: readonly Model[];
  engine?: Engine;
  worker?: string;
  leaseMs?: number;
  /** Whether it does cleanups besides; by default yes. */
  cleans?: boolean;
}

/** Opens one that is closed at the end of the test. */
export async function openSharedStore(): Promise<SharedStore> {
  const directory = await mkdtemp(join(tmpdir(), 'image2model-processes-'));
  let passedMs = 0;
  const now = (): number => Date.now() + passedMs;
  const open = async () => await openSqliteStore({ file: join(directory, 'jobs.db'), now });
  let store = await open();
  const files = createDiskStore({ directory: join(directory, 'files'), minFreeBytes: 0 });
  const log = pino({ level: 'silent' });
  const closers: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const close of closers.splice(0).toReversed()) await close();
    await store.close();
  };
  onTestFinished(async () => {
    await stop();
    await files.close();
    await rm(directory, { recursive: true, force: true });
  });
  return {
    connect: () => store.connect(),
    files,
    async submit(job) {
      for (const file of job.files) await files.write(file.storageKey, Buffer.from(file.fileId));
      await store.connect().submit(job);
      return job;
    },
    work({ models: offered, engine = store.connect(), worker = 'test', leaseMs, cleans = true }) {
      const models = new Map(offered.map((model) => [model.id, model]));
      const common = { engine, models, files, log, worker };
      const runner = new Runner({ ...common, concurrency: 2, leaseMs });
      runner.start();
      closers.push(() => runner.close(0));
      if (cleans) {
        const cleaner = new Cleaner(common);
        cleaner.start();
        closers.push(() => cleaner.close());
      }
      return runner;
    },
    pass(ms) {
      passedMs += ms;
    },
    async reopen() {
      await stop();
      store = await open();
    },
  };
}

/** Resolves at the first entry of a task that fits. */
export async function until(engine: Engine, taskId: string, fits: (text: string) => boolean): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const look = (entries: readonly { type: string; data: string }[]): void => {
    if (entries.some((entry) => fits(`${entry.type} ${entry.data}`))) resolve();
  };
  const unsubscribe = await engine.subscribe(taskId, look);
  look((await engine.entries(taskId)) ?? []);
  await promise;
  unsubscribe();
}

/** Whether an entry, as {@link until} shows it, is the end of its task. */
export function isEnd(text: string): boolean {
  return /^task_(completed|failed|cancelled)/.test(text);
}
