/* oxlint-disable no-restricted-imports -- measures the server from within: events are made by its engine */
import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { buildApp } from '../../../packages/server/src/http/app.ts';
import { readConfig } from '../../../packages/server/src/config.ts';
import type { NewJob } from '../../../packages/server/src/engine/contract.ts';
import { createSqliteEngine } from '../../../packages/server/src/engine/sqlite/engine.ts';
import { createKeyring } from '../../../packages/server/src/auth/keys.ts';
import { createCutter } from '../../../packages/server/src/cuts/cutter.ts';
import { createConverter } from '../../../packages/server/src/files/converter.ts';
import { createDiskStore } from '../../../packages/server/src/files/disk.ts';
import { createVerifier } from '../../../packages/server/src/files/verifier.ts';
import { createLog } from '../../../packages/server/src/log.ts';
import { Hub } from '../../../packages/server/src/streams/hub.ts';
import type { HubOptions } from '../../../packages/server/src/streams/hub.ts';
import { Feed } from '../../../packages/server/src/engine/feed.ts';
import { eventData } from './child.ts';
import type { Subject } from './child.ts';

/** A key as long as those that the command line makes. */
const key = `bench-${'k'.repeat(32)}`;

/**
 * All of the server but the runner: reports come from the bench, under leases, through the engine that writes them.
 * With `isWritten` false they are handed to the streams at once and stored nowhere, which tells what the feed costs
 * by itself, as the others are measured. With `gathers` false each event is sent as soon as it is there, however many
 * read it; the server as it is lets mere progress gather for up to 20 ms where a hundred or more do.
 */
export async function createWholeServer(
  tasks: number,
  { isWritten, gathers }: { isWritten: boolean; gathers: boolean },
): Promise<Subject> {
  const directory = mkdtempSync(join(tmpdir(), 'image2model-bench-'));
  process.on('exit', () => {
    // The parent removes nothing of ours, and the database is of no use afterwards.
    process.getBuiltinModule('node:fs').rmSync(directory, { recursive: true, force: true });
  });
  const config = readConfig({
    PORT: '0',
    DATA_DIR: directory,
    API_KEYS: key,
    MAX_STREAMS: '20000',
    MAX_STREAMS_PER_KEY: '20000',
    RATE_LIMIT_PER_MINUTE: '1000000',
  });
  const log = createLog({ level: config.logLevel });
  const engine = await createSqliteEngine({ file: join(directory, 'image2model.db'), log });
  const files = createDiskStore({ directory: join(directory, 'files') });
  const { maxStreams, maxStreamsPerKey } = config;
  const feed = new Feed((err) => log.error({ err }, 'a listener failed'));
  const unwritten: HubOptions['engine'] = {
    task: (taskId) => engine.task(taskId),
    entries: (taskId, after) => engine.entries(taskId, after),
    subscribe: async (taskId, listener) => feed.subscribe(taskId, listener),
  };
  const hub = new Hub({
    engine: isWritten ? engine : unwritten,
    log,
    limits: { maxStreams, maxStreamsPerKey, ...(gathers ? {} : { gatherMs: 0 }) },
  });
  const app = await buildApp({
    config,
    engine,
    hub,
    files,
    verifier: createVerifier(files),
    converter: createConverter(),
    cutter: createCutter({ concurrency: 1 }),
    log,
    models: new Map(),
    providers: [],
    worker: 'bench',
    sessionSecret: randomBytes(32),
    pagesDirectory: join(directory, 'no-pages'),
    isClosing: () => false,
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const owner = createKeyring(config).identify(key)?.owner ?? '';
  const jobs = Array.from({ length: tasks }, (_, index) => job(index, owner));
  for (const one of jobs) await engine.submit(one);
  const tokens = new Map<string, string>();
  while (tokens.size < tasks) {
    const lease = await engine.claim({ worker: 'bench', leaseMs: 3_600_000, models: [{ id: 'local' }] });
    if (lease === undefined) throw new Error('nothing is left to claim');
    // One file of each task is at work and the other waits: then a new message is one event and no more.
    tokens.set(lease.taskId, lease.token);
  }
  for (const token of tokens.values()) await engine.report(token, 50, { text: 'Building' });
  // Above all that the engine has written.
  let sequence = 1000;
  return {
    port: (app.server.address() as AddressInfo).port,
    paths: jobs.map(({ taskId }) => `/api/v1/status/tasks/${taskId}/stream`),
    headers: { authorization: `Bearer ${key}` },
    emit(task, message) {
      const { taskId = '', files: [file] = [] } = jobs[task] ?? {};
      if (isWritten) {
        void engine.report(tokens.get(taskId) ?? '', 50, { text: message });
        return;
      }
      sequence += 1;
      const data = JSON.stringify(eventData(task, sequence, message));
      feed.publish(taskId, [{ taskId, key: file?.fileId ?? '', sequence, type: 'file_update', data }]);
    },
  };
}

function job(index: number, owner: string): NewJob {
  const id = (kind: string): string => `01a20412-${kind}-7059-8577-${String(index).padStart(12, '0')}`;
  return {
    jobId: id('000a'),
    taskId: id('000b'),
    owner,
    model: 'local',
    options: {},
    faceLimit: null,
    files: ['000c', '000d'].map((kind) => ({
      fileId: id(kind),
      filename: 'photo-of-a-chair-from-the-front.png',
      contentType: 'image/png',
      sizeBytes: 1,
      sha256: '0'.repeat(64),
      pixels: null,
      storageKey: `jobs/${id('000a')}/images/${id(kind)}`,
    })),
  };
}
