import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { databaseOfVersion } from '../../../test/engine/fixtures/database.ts';
import { claim, complete, mustClaim, mustClaimCleanup } from '../../../test/engine/harness.ts';
import { events } from '../../../test/support/jobs.ts';
import { temporaryDirectory } from '../../../test/support/temporary-directory.ts';
import type { Engine, Entry } from '../contract.ts';
import { createSqliteEngine } from './engine.ts';

/** When the process died that wrote it. */
const diedAt = 1_795_940_017_650;
const id = (number: number) => `01935000-0000-7000-8000-${String(number).padStart(12, '0')}`;
const job = (number: number) => id(number * 100);
const task = (number: number, nth = 1) => id(number * 100 + nth);
const file = (number: number, nth = 0) => id(number * 100 + 10 + nth);

let engine: Engine;
/** The logs as its tables had them, by task. */
let logs: Map<string, Entry[]>;
beforeEach(async () => {
  const path = await databaseOfVersion(7, await temporaryDirectory());
  logs = logsOf(path);
  engine = await createSqliteEngine({ file: path, now: () => diedAt });
});
afterEach(() => engine.close());

/** The entries of each task, and above them what only the journal holds. */
function logsOf(path: string): Map<string, Entry[]> {
  const db = new DatabaseSync(path, { readOnly: true });
  const rows = db
    .prepare(
      `SELECT task_id AS taskId, e.sequence, key, type, data FROM entries e JOIN tasks USING (place)
        ORDER BY place, e.sequence`,
    )
    .all() as unknown as Entry[];
  const journal = db.prepare('SELECT lines FROM journal ORDER BY number').all() as { lines: string }[];
  db.close();
  const found = Map.groupBy(
    rows.map((row) => ({ ...row })),
    ({ taskId }) => taskId,
  );
  for (const line of journal.flatMap(({ lines }) => lines.split('\n').filter(Boolean))) {
    const [type = '', data = ''] = line.split(/ (.*)/s);
    const said = JSON.parse(data) as { task_id: string; file_id?: string; sequence: number };
    const { task_id: taskId, file_id: key = taskId, sequence } = said;
    const log = found.get(taskId) ?? [];
    if (sequence <= (log.at(-1)?.sequence ?? 0)) continue;
    log.push({ taskId, key, sequence, type: type as Entry['type'], data });
  }
  return found;
}

describe('a database of version 7', () => {
  it('keeps every entry of every log, those too that only the journal had', async () => {
    expect(logs.size).toBe(12);
    for (const [taskId, entries] of logs) {
      const now = (await engine.entries(taskId, 0)) ?? [];
      expect(now.slice(0, entries.length)).toEqual(entries);
      expect(now.map(({ sequence }) => sequence)).toEqual(now.map((_, index) => index + 1));
    }
    const steps = events(await engine.entries(task(8), 0)).filter(
      ({ data }) => 'message' in data && data.message.startsWith('Step'),
    );
    expect(steps).toHaveLength(27);
  });

  it('keeps its jobs, their endings and their results', async () => {
    const numbers = async (owner: string) =>
      (await engine.listJobs(owner, { limit: 50 })).jobs.map(({ jobId, status }) => [jobId, status]);
    expect(await numbers('somebody')).toEqual([
      [job(10), 'queued'],
      [job(9), 'processing'],
      [job(8), 'processing'],
      [job(6), 'completed'],
      [job(5), 'completed'],
      [job(4), 'cancelled'],
      [job(3), 'failed'],
      [job(2), 'completed'],
      [job(1), 'completed'],
    ]);
    expect(await numbers('another')).toEqual([
      [job(11), 'queued'],
      [job(7), 'completed'],
    ]);
    const first = await engine.job(job(1));
    expect(first).toMatchObject({ options: { depth: 'full' }, faceLimit: 5000, taskIds: [task(1)] });
    expect(first?.files[0]).toMatchObject({
      filename: 'vase.png',
      status: 'completed',
      attempts: 2,
      attemptId: null,
      message: { text: 'The model is ready', id: 'file.ready' },
      lastError: { text: 'It was too slow' },
      result: { size: 2000, statistics: { warnings: ['It is thin'] } },
    });
    expect(first?.files[0]?.result?.rendered_image?.url).toContain('preview');
    expect(first?.files[1]).toMatchObject({
      filename: 'stuhl “rot”.jpg',
      status: 'failed',
      message: { text: 'No object was found' },
      result: null,
    });
    expect((await engine.job(job(2)))?.files[0]?.result).toMatchObject({
      cost: { amount: 0.4, currency: 'USD' },
      extra_files: [{ filename: 'lamp.fbx', size: 300 }, { filename: 'lamp-base.png' }],
    });
    expect((await engine.job(job(5)))?.taskIds).toEqual([task(5), task(5, 2)]);
    expect((await engine.job(job(6)))?.files[0]?.result).toMatchObject({ reused: true });
    const sha256 = first?.files[0]?.sha256 ?? '';
    const work = { owner: 'somebody', sha256, model: 'local', options: { depth: 'full' }, faceLimit: 5000 };
    expect(await engine.earlierResult(work)).toMatchObject({ jobId: job(6), attemptId: null });
  });

  it('keeps repeated requests, money, and how long something takes', async () => {
    expect(await engine.idempotency('somebody', 'first')).toMatchObject({ bodyHash: 'abc', answer: '{"job_id":"1"}' });
    expect(await engine.spent('fal', 'USD', 1)).toBe(350_000);
    expect(await engine.spent('fal', 'USD')).toBe(1_400_000);
    // The request that is under way has its money set aside already.
    const again = { key: 'spend-9a', provider: 'fal', model: 'hosted', currency: 'USD', micros: 400_000 };
    expect(await engine.reserve(again, 1_400_000)).toBe(true);
    expect(await engine.reserve({ ...again, key: 'new' }, 1_400_000)).toBe(false);
    expect(await engine.spent('fal', 'USD')).toBe(1_400_000);
    expect(await engine.typicalSeconds('local')).toBeGreaterThan(1);
    // Twenty-one images and eight results, one of them with two files beside it.
    expect(await engine.usage()).toEqual({ files: 29, bytes: 37_365 });
  });

  it('goes on with the work that was under way, with what was remembered first', async () => {
    const begun = [await mustClaim(engine), await mustClaim(engine), await mustClaim(engine)];
    const price = { amount: 0.4, currency: 'USD', unit: 'generations' };
    expect(begun.map(({ file: { fileId }, attempt, remembered }) => [fileId, attempt, remembered])).toEqual([
      [
        file(9, 0),
        1,
        {
          step: 'submitted',
          spending: 'spend-9a',
          requestId: 'req-1',
          submittedAt: diedAt,
          price,
          warnings: ['It is large'],
        },
      ],
      [file(9, 1), 1, { step: 'intent', spending: 'spend-9b' }],
      [file(9, 2), 1, { step: 'begun', spending: 'spend-9c' }],
    ]);
    const next = [await mustClaim(engine), await mustClaim(engine), await mustClaim(engine)];
    expect(next.map((lease) => lease.file.fileId).toSorted()).toEqual([file(8, 0), file(8, 2), file(10)]);
    expect(await claim(engine, 1000)).toBeUndefined();
    expect(
      (await engine.job(job(8)))?.files.map(({ status, progress, lastError }) => [status, progress, lastError?.text]),
    ).toEqual([
      ['processing', 27, undefined],
      ['pending', 0, 'The model was busy'],
      ['processing', 0, undefined],
    ]);
    for (const lease of [...begun, ...next]) expect(await complete(engine, lease)).toBe(true);
    expect(events(await engine.entries(task(9))).at(-1)).toMatchObject({ type: 'task_completed' });
    expect((await engine.job(job(9)))?.files.map(({ attemptId }) => attemptId)).toEqual(
      begun.map(({ token }) => token),
    );
  });

  it('has what the dead process may have stored removed, and waits for a model that is gone', async () => {
    const removed = [];
    for (let lease = 0; lease < 3; lease += 1) removed.push((await mustClaimCleanup(engine)).cleanup);
    expect(removed.map((cleanup) => cleanup.type === 'remove_attempt' && [cleanup.fileId, cleanup.attemptId])).toEqual([
      [file(8, 0), '10000000-0000-4000-8000-000000000001'],
      [file(9, 0), '10000000-0000-4000-8000-000000000002'],
      [file(9, 2), '10000000-0000-4000-8000-000000000003'],
    ]);
    await engine.offer(['local', 'hosted']);
    expect((await engine.job(job(11)))?.files[0]?.message.id).toBe('file.model_missing');
    expect((await engine.job(job(10)))?.files[0]?.message).toEqual({
      text: 'Waiting in the queue',
      id: 'queue.waiting',
    });
  });
});
