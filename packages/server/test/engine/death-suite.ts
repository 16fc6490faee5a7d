import { initialTaskState, reduceTask } from '@image2model/protocol';
import { describe, expect, it } from 'vitest';
import type { Engine, Entry, NewJob } from '../../src/engine/contract.ts';
import { events, newJob } from '../support/jobs.ts';
import { complete, harnesses, mustClaim, say } from './harness.ts';
import type { OpenHarness } from './harness.ts';

/** Hears a task from now on. */
async function hear(engine: Engine, { taskId }: NewJob): Promise<Entry[]> {
  const heard: Entry[] = [];
  await engine.subscribe(taskId, (entries) => heard.push(...entries));
  return heard;
}

const sequences = (entries: readonly Entry[]) => entries.map((entry) => entry.sequence);
const last = (entries: readonly Entry[]) => entries.at(-1)?.sequence ?? 0;

/** What every engine promises of a process that is killed while reports of it are on their way. */
export function deathSuite(open: OpenHarness): void {
  const setUp = harnesses(open);

  /** A task of two files, both at work; readers have heard of reports that a kill may take back. */
  async function killed(reports: number) {
    const harness = await setUp();
    const job = newJob(2);
    const heard = await hear(harness.engine, job);
    await harness.engine.submit(job);
    const leases = [await mustClaim(harness.engine), await mustClaim(harness.engine)];
    for (let step = 1; step <= reports; step += 1) {
      for (const { token } of leases) await harness.engine.report(token, step / 20, say(`Step ${step}`));
    }
    await harness.engine.entries(job.taskId);
    await harness.kill();
    return { harness, job, heard };
  }

  describe('after a death', () => {
    for (const reports of [0, 1, 5, 40, 900]) {
      // Promised: No sequence number stands for two different events.
      it(`gives no sequence twice, after ${reports} reports`, async () => {
        const { harness, job, heard } = await killed(reports);
        for (let life = 0; life < 3; life += 1) {
          const before = last(heard);
          const kept = (await harness.engine.entries(job.taskId, 0)) ?? [];
          // Readers had heard of everything that was written, and it says the same.
          expect(kept.filter(({ sequence }) => sequence <= before)).toEqual(
            heard.filter(({ sequence }) => sequences(kept).includes(sequence)),
          );
          heard.push(...kept.filter(({ sequence }) => sequence > before));
          const now = await hear(harness.engine, job);
          const { token } = await mustClaim(harness.engine);
          for (let step = 1; step <= 3; step += 1) await harness.engine.report(token, 50 + step, say(`Life ${life}`));
          await harness.engine.entries(job.taskId);
          expect(now.length).toBeGreaterThan(6);
          expect(Math.min(...sequences(now))).toBeGreaterThan(before);
          heard.push(...now);
          await harness.kill();
        }
        expect(sequences(heard)).toEqual([...new Set(sequences(heard))].toSorted((a, b) => a - b));
      });
    }

    // Promised: A client that reconnects gets the newest state of everything, and every change after it.
    it('gives a reader who has seen what was lost the newest of each key, and everything after it', async () => {
      const { harness, job, heard } = await killed(5);
      const { engine } = harness;
      const lost = last(heard);
      const newest = (await engine.entries(job.taskId)) ?? [];
      expect(await engine.entries(job.taskId, lost)).toEqual(newest);
      const lease = await mustClaim(engine);
      await engine.report(lease.token, 70, say('Going on'));
      const all = (await engine.entries(job.taskId, 0)) ?? [];
      const after = all.filter(({ sequence }) => sequence > lost);
      const given = (await engine.entries(job.taskId, lost)) ?? [];
      expect(given.slice(-after.length)).toEqual(after);
      expect(new Set(given.map(({ key }) => key)).size).toBe(3);
      // Numbers that nobody ever heard of are the same to it.
      expect(await engine.entries(job.taskId, lost + 1)).toEqual(given);
    });

    // Promised: No client sees progress go back.
    it('lets no reader see progress go back', async () => {
      const { harness, job, heard } = await killed(20);
      const { engine } = harness;
      const lease = await mustClaim(engine);
      await engine.report(lease.token, 0.1, say('Again'));
      await complete(engine, lease);
      const now = await engine.entries(job.taskId, last(heard));
      const states = [initialTaskState(job.taskId)];
      for (const event of events([...heard, ...(now ?? [])])) states.push(reduceTask(states.at(-1)!, event));
      for (const [index, state] of states.entries()) {
        const before = states[index - 1];
        expect(state.progress).toBeGreaterThanOrEqual(before?.progress ?? 0);
        for (const file of before?.files ?? []) {
          const next = state.files.find(({ file_id }) => file_id === file.file_id);
          expect(next?.progress).toBeGreaterThanOrEqual(file.progress);
        }
      }
    });

    it('still keeps the last thousand entries, and no more for ever', async () => {
      const { harness, job } = await killed(500);
      const { engine } = harness;
      const before = (await engine.entries(job.taskId, 0)) ?? [];
      expect(before.length).toBeGreaterThan(1000);
      const { token } = await mustClaim(engine);
      const step = async (count: number) => {
        for (let each = 1; each <= count; each += 1) await engine.report(token, 50 + each / 20, say(`Now ${each}`));
        return (await engine.entries(job.taskId, 0)) ?? [];
      };
      const soon = await step(100);
      expect(soon.slice(0, before.length)).toEqual(before);
      const late = await step(800);
      expect(late.length).toBeGreaterThanOrEqual(1000);
      // What is dropped is dropped many at a time.
      expect(late.length).toBeLessThan(1200);
      const tail = late.slice(-1000).map(({ sequence }) => sequence);
      expect(tail).toEqual(tail.map((_, index) => last(late) - 999 + index));
    });
  });

  describe('a report', () => {
    it('keeps its place among the other changes of its task', async () => {
      const { engine } = await setUp();
      const [job, other] = [newJob(3), newJob(1)];
      const [heard, elsewhere] = [await hear(engine, job), await hear(engine, other)];
      for (const each of [job, other]) await engine.submit(each);
      const [first, beside, second] = [await mustClaim(engine), await mustClaim(engine), await mustClaim(engine)];
      await engine.entries(other.taskId);
      const waiting = [
        engine.report(first.token, 10, say('Before')),
        complete(engine, first),
        engine.report(second.token, 20, say('After')),
        engine.cancel(job.taskId, job.files[2]?.fileId),
        engine.report(second.token, 30, say('At last')),
      ];
      const already = elsewhere.length;
      await engine.report(beside.token, 10, say('Nobody is in the way'));
      expect(elsewhere.length).toBeGreaterThan(already);
      await Promise.all(waiting);
      const all = (await engine.entries(job.taskId, 0)) ?? [];
      expect(heard).toEqual(all);
      expect(sequences(all)).toEqual(all.map((_, index) => index + 1));
    });

    it('comes with everything else that an orderly end leaves', async () => {
      const harness = await setUp();
      const job = newJob(1);
      await harness.engine.submit(job);
      const { token } = await mustClaim(harness.engine);
      for (let step = 1; step <= 5; step += 1) await harness.engine.report(token, step, say(`Step ${step}`));
      const before = (await harness.engine.entries(job.taskId, 0)) ?? [];
      await harness.restart();
      const after = (await harness.engine.entries(job.taskId, 0)) ?? [];
      expect(after.slice(0, before.length)).toEqual(before);
      expect(sequences(after)).toEqual(after.map((_, index) => index + 1));
    });
  });
}
