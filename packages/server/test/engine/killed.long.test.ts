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

/** A report is written after so many ms at the latest. */
const writtenAfterMs = 250;

/** `at` is of the life's own clock. */
type Line = { at: number } & (
  | { did: 'open' }
  | { did: 'submit'; taskId: string; jobId: string; files: string[] }
  | { did: 'report'; taskId: string; fileId: string; message: string }
  | { did: 'hear'; taskId: string; sequence: number; data: string }
  | { did: 'finish'; taskId: string; fileId: string; status: string; attempt: number }
);

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

/** The reports of a life that must be there: what came later shows that they were written. */
function promisedReports(life: readonly Line[]) {
  const end = life.at(-1)?.at ?? 0;
  return life.flatMap((line, index) => {
    if (line.did !== 'report') return [];
    const ended = life.findLastIndex((later) => later.did === 'finish' && later.taskId === line.taskId);
    return ended > index || end - line.at > writtenAfterMs ? [line] : [];
  });
}

describe('a database whose process is killed again and again', () => {
  // Promised: The next start resumes all work that was accepted.
  // Promised: Finished work is not repeated.
  // Promised: Each file and each task ends exactly once.
  // Promised: Of mere progress, at most the last 250 ms are lost.
  it('has everything that was acknowledged, and ends each file and each task once', async () => {
    const file = join(await temporaryDirectory(), 'jobs.db');
    const lives: Line[][] = [];
    // Every other one long enough for reports that nothing else takes along.
    for (let kill = 0; kill < kills; kill += 1) {
      lives.push(await workAndKill(file, 20 + ((kill * 53) % 150) + (kill % 2) * writtenAfterMs));
    }
    const lines = lives.flat();
    const submitted = lines.filter((line) => line.did === 'submit');
    const finished = lines.filter((line) => line.did === 'finish');
    const reported = lives.flatMap(promisedReports);
    const heard = Map.groupBy(
      lines.filter((line) => line.did === 'hear'),
      ({ taskId }) => taskId,
    );
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
      const entries = (await engine.entries(taskId, 0)) ?? [];
      const all = events(entries);
      const sequences = all.map((event) => event.data.sequence);
      expect(sequences).toEqual([...new Set(sequences)].toSorted((a, b) => a - b));
      // No sequence says two things, however many lives have used it.
      const said = new Map(entries.map(({ sequence, data }) => [sequence, data]));
      for (const { sequence, data } of heard.get(taskId) ?? []) {
        expect(said.get(sequence) ?? data).toBe(data);
        said.set(sequence, data);
      }
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
