import assert from 'node:assert/strict';
import { hasEnded, initialTaskState, isEnding, overallProgress, reduceTask } from '@image2model/protocol';
import type { TaskState } from '@image2model/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Engine, Entry, Lease, NewJob } from '../../src/engine/contract.ts';
import { events, newJob } from '../support/jobs.ts';
import { claim, failure, harnesses, modelFile, say } from './harness.ts';
import type { EngineHarness, OpenHarness } from './harness.ts';

/** One step of a history; `pick` chooses among the jobs or leases there are. */
const step = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('submit' as const), files: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('claim' as const) }) },
  {
    // So many that the engine has to put them in order somewhere on the way.
    weight: 24,
    arbitrary: fc.record({
      kind: fc.constant('report' as const),
      pick: fc.nat(),
      progress: fc.integer({ min: -100, max: 1100 }).map((tenths) => tenths / 10),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('finish' as const),
      pick: fc.nat(),
      as: fc.constantFrom('completed', 'failed', 'cancelled'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('release' as const), pick: fc.nat(), delayMs: fc.nat(3000) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel' as const), pick: fc.nat(), whole: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('advance' as const), ms: fc.nat(4000) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('room' as const), isFull: fc.boolean() }) },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

/** What a test knows of the history that it makes. */
interface History {
  harness: EngineHarness;
  /** Another handle on the store: steps are taken by turns at the one and at the other. */
  second: Engine;
  jobs: NewJob[];
  leases: Lease[];
  /** Files whose ending was acknowledged, with it. */
  acknowledged: Map<string, string>;
  heard: Map<string, Entry[]>;
}

/** Random histories, after which everything that a client can see of each task must fit together. */
export function propertySuite(open: OpenHarness): void {
  const setUp = harnesses(open);

  describe('any history', () => {
    it('leaves logs that are whole, in order, and say the same however they are read', async () => {
      const histories = fc.assert(
        fc.asyncProperty(
          fc.array(step, { minLength: 5, maxLength: 150, size: 'max' }),
          fc.nat(),
          async (steps, cursor) => {
            const harness = await setUp();
            const second = await harness.second();
            const history: History = {
              harness,
              second,
              jobs: [],
              leases: [],
              acknowledged: new Map(),
              heard: new Map(),
            };
            for (const [index, each] of steps.entries()) {
              await tryTo(history, index % 2 === 0 ? harness.engine : history.second, each);
            }
            harness.refuseWrites(false);
            for (const job of history.jobs) await check(history, job, cursor);
          },
        ),
        { numRuns: 30, seed: 20_261_122 },
      );
      await expect(histories).resolves.toBeUndefined();
    });
  });
}

/** Takes a step. One that finds no room to write has to leave everything as it was. */
async function tryTo(history: History, engine: Engine, given: Step): Promise<void> {
  try {
    await take(history, engine, given);
  } catch (error) {
    if (!(error instanceof Error) || !error.message.includes('no room')) throw error;
  }
}

async function take(history: History, engine: Engine, given: Step): Promise<void> {
  const { harness, jobs, leases, acknowledged } = history;
  switch (given.kind) {
    case 'submit': {
      const job = newJob(given.files);
      await engine.submit(job);
      jobs.push(job);
      await listen(history, engine, job.taskId);
      return;
    }
    case 'claim': {
      const lease = await claim(engine, 5000);
      if (lease) leases.push(lease);
      return;
    }
    case 'report': {
      const lease = pickFrom(leases, given.pick);
      if (lease) await engine.report(lease.token, given.progress, say(`At ${Math.round(given.progress)}`));
      return;
    }
    case 'finish': {
      const lease = pickFrom(leases, given.pick);
      if (!lease) return;
      const ending =
        given.as === 'completed'
          ? ({ status: 'completed', result: modelFile(lease) } as const)
          : given.as === 'failed'
            ? failure
            : ({ status: 'cancelled' } as const);
      const taken = await engine.finish(lease.token, ending);
      if (!taken) return;
      assert.ok(!acknowledged.has(lease.file.fileId), 'a file ended twice');
      acknowledged.set(lease.file.fileId, given.as);
      return;
    }
    case 'release': {
      const lease = pickFrom(leases, given.pick);
      if (lease) await engine.release(lease.token, { delayMs: given.delayMs });
      return;
    }
    case 'cancel': {
      const job = pickFrom(jobs, given.pick);
      if (job) await engine.cancel(job.taskId, given.whole ? undefined : job.files[0]?.fileId);
      return;
    }
    case 'advance':
      return harness.advance(given.ms);
    case 'room':
      return harness.refuseWrites(given.isFull);
    case 'restart':
      harness.refuseWrites(false);
      await harness.restart();
      history.second = await harness.second();
      for (const job of jobs) await listen(history, harness.engine, job.taskId);
  }
}

function pickFrom<Item>(items: readonly Item[], pick: number): Item | undefined {
  return items[pick % Math.max(1, items.length)];
}

/** Hears a task from now on; what was written while nobody listened (at a restart) is read up to here. */
async function listen({ heard }: History, engine: Engine, taskId: string): Promise<void> {
  const known = heard.get(taskId) ?? [];
  heard.set(taskId, known);
  await engine.subscribe(taskId, (entries) => known.push(...entries));
  const missed = await engine.entries(taskId, known.at(-1)?.sequence ?? 0);
  known.push(...(missed ?? []));
}

async function check({ harness, acknowledged, heard }: History, job: NewJob, anyCursor: number): Promise<void> {
  const { engine } = harness;
  const all = (await engine.entries(job.taskId, 0)) ?? [];
  const newest = (await engine.entries(job.taskId)) ?? [];
  expect(heard.get(job.taskId)).toEqual(all);
  expect(all.map((entry) => entry.sequence)).toEqual(all.map((_, index) => index + 1));

  const states: TaskState[] = [initialTaskState(job.taskId)];
  for (const event of events(all)) states.push(reduceTask(states.at(-1)!, event));
  const state = states.at(-1)!;
  // A late viewer, one who resumes anywhere, and one who saw everything agree.
  expect(events(newest).reduce(reduceTask, initialTaskState(job.taskId))).toEqual(state);
  const cursor = anyCursor % all.length;
  const resumed = events(await engine.entries(job.taskId, cursor)).reduce(reduceTask, states[cursor]!);
  expect(resumed).toEqual(state);

  for (const [index, later] of states.entries()) {
    const before = states[index - 1];
    if (!before) continue;
    expect(later.progress).toBeGreaterThanOrEqual(before.progress);
    for (const file of before.files) {
      const next = later.files.find((each) => each.file_id === file.file_id);
      expect(next?.progress).toBeGreaterThanOrEqual(file.progress);
      if (hasEnded(file.status)) assert.deepEqual(next, file);
    }
  }
  const endings = all.filter((entry) => isEnding(entry.type));
  const ended = state.files.every((file) => hasEnded(file.status));
  expect(endings).toHaveLength(ended ? 1 : 0);
  if (ended) assert.deepEqual(all.at(-1), endings[0]);
  expect(state.progress).toBe(overallProgress(state.files));
  expect(state.current).toBe(state.files.filter((file) => hasEnded(file.status)).length);

  const task = await engine.task(job.taskId);
  expect(task?.status).toBe(state.status);
  const row = await engine.job(job.jobId);
  expect(row?.files.map((file) => file.fileId)).toEqual(job.files.map((file) => file.fileId));
  for (const file of row?.files ?? []) {
    const seen = state.files.find((each) => each.file_id === file.fileId);
    expect(file).toMatchObject({ status: seen?.status, progress: seen?.progress });
    expect(file.message).toEqual({ text: seen?.message, id: seen?.message_id, values: seen?.message_values });
    expect(file.result ?? undefined).toEqual(seen?.result);
    const promised = acknowledged.get(file.fileId);
    assert.equal(file.status, promised ?? file.status);
  }
}
