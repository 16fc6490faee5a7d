import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { hasEnded, isEnding } from '@image2model/protocol';
import { describe, expect, it } from 'vitest';
import { createSqliteEngine } from '../../src/engine/sqlite/engine.ts';
import { events } from '../support/jobs.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { claim, complete } from './harness.ts';

const program = fileURLToPath(new URL('killed-worker.ts', import.meta.url));
const kills = 8;

type Line =
  | { did: 'open' }
  | { did: 'submit'; taskId: string; jobId: string; files: string[] }
  | { did: 'report'; taskId: string; fileId: string; message: string }
  | { did: 'finish'; fileId: string; status: string; attempt: number };

/** Lets the process work on the database for so many ms, kills it, and gives back all that it said. */
async function workAndKill(file: string, forMs: number): Promise<Line[]> {
  const child = spawn(process.execPath, [program, file], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines: Line[] = [];
  const reader = createInterface({ input: child.stdout });
  reader.on('line', (line) => lines.push(JSON.parse(line) as Line));
  await once(reader, 'line');
  await sleep(forMs);
  child.kill('SIGKILL');
  await Promise.all([once(child, 'exit'), once(reader, 'close')]);
  return lines;
}

describe('a database whose process is killed again and again', () => {
  it('has everything that was acknowledged, and ends each file and each task once', async () => {
    const file = join(await temporaryDirectory(), 'jobs.db');
    const lines: Line[] = [];
    for (let kill = 0; kill < kills; kill += 1) lines.push(...(await workAndKill(file, 20 + ((kill * 53) % 150))));
    const submitted = lines.filter((line) => line.did === 'submit');
    const finished = lines.filter((line) => line.did === 'finish');
    const reported = lines.filter((line) => line.did === 'report');
    expect(submitted.length).toBeGreaterThan(kills);
    expect(reported.length).toBeGreaterThan(kills);
    expect(finished.length).toBeGreaterThan(kills);
    expect(new Set(finished.map((line) => line.fileId)).size).toBe(finished.length);

    const engine = await createSqliteEngine({ file });
    const { waiting, running } = await engine.counts();
    expect(running).toBe(0);
    let claimed = 0;
    const done = new Set(finished.map((line) => line.fileId));
    while (claimed < waiting) {
      const work = Promise.withResolvers<void>();
      const stop = engine.onWork(work.resolve);
      const lease = await claim(engine, 60_000);
      // Files that died with a process before are handed out one after the other.
      if (!lease) await work.promise;
      stop();
      if (!lease) continue;
      claimed += 1;
      expect(done.has(lease.file.fileId)).toBe(false);
      await complete(engine, lease);
    }
    expect(await engine.counts()).toEqual({ waiting: 0, running: 0 });

    const statuses = new Map<string, string>();
    for (const { taskId, jobId, files } of submitted) {
      const all = events(await engine.entries(taskId, 0));
      expect(all.map((event) => event.data.sequence)).toEqual(all.map((_, index) => index + 1));
      expect(all.filter((event) => isEnding(event.type))).toHaveLength(1);
      expect(isEnding(all.at(-1)?.type ?? 'file_update')).toBe(true);
      const endings = all.flatMap((event) =>
        event.type === 'file_update' && hasEnded(event.data.status) ? [event.data.file_id] : [],
      );
      expect(endings.toSorted()).toEqual(files.toSorted());
      const told = new Set(
        all.map((event) => ('file_id' in event.data ? event.data.file_id + event.data.message : '')),
      );
      const promised = reported.filter((report) => report.taskId === taskId);
      expect(promised.filter(({ fileId, message }) => !told.has(fileId + message))).toEqual([]);
      for (const each of (await engine.job(jobId))?.files ?? []) statuses.set(each.fileId, each.status);
    }
    // A kill between a commit and its acknowledgement leaves a job that the test does not know; its files are left out.
    const known = finished.filter((line) => statuses.has(line.fileId));
    expect(known.length).toBeGreaterThan(finished.length - 3 * kills);
    for (const { fileId, status } of known) expect(statuses.get(fileId)).toBe(status);
    await engine.close();
  });
});
