import { describe, expect, it } from 'vitest';
import type { Entry } from '../../src/engine/contract.ts';
import { newJob } from '../support/jobs.ts';
import { harnesses, mustClaim, say } from './harness.ts';
import type { OpenHarness } from './harness.ts';

/** What every engine's feed promises. */
export function feedSuite(open: OpenHarness): void {
  const setUp = harnesses(open);

  describe('the feed', () => {
    it('misses nothing between subscribing and reading, whatever is written meanwhile', async () => {
      const { engine } = await setUp();
      const job = newJob(2);
      await engine.submit(job);
      const { token } = await mustClaim(engine);
      let step = 0;
      const write = async () => engine.report(token, (step += 1) / 10, say(`Step ${step}`));
      for (let reader = 0; reader < 20; reader += 1) {
        const live: Entry[] = [];
        const writing = write();
        const unsubscribe = await engine.subscribe(job.taskId, (entries) => live.push(...entries));
        const alsoWriting = write();
        const replay = (await engine.entries(job.taskId, 0)) ?? [];
        await Promise.all([writing, alsoWriting, write()]);
        const seen = [...replay, ...live.filter((entry) => entry.sequence > (replay.at(-1)?.sequence ?? 0))];
        expect(seen).toEqual(await engine.entries(job.taskId, 0));
        unsubscribe();
      }
    });

    it('calls back in order, with what is already written, and of the one task alone', async () => {
      const { engine } = await setUp();
      const [job, other] = [newJob(1), newJob(1)];
      const heard: Entry[] = [];
      const readable: Promise<boolean>[] = [];
      await engine.subscribe(job.taskId, (entries) => {
        heard.push(...entries);
        const last = entries.at(-1);
        readable.push(
          engine.entries(job.taskId, 0).then((all) => all?.some((entry) => entry.sequence === last?.sequence) ?? false),
        );
      });
      for (const each of [job, other]) await engine.submit(each);
      const lease = await mustClaim(engine);
      await Promise.all([1, 2, 3].map((step) => engine.report(lease.token, step, say(`Step ${step}`))));
      await engine.cancel(other.taskId);
      expect(heard).toEqual(await engine.entries(job.taskId, 0));
      expect(await Promise.all(readable)).not.toContain(false);
    });

    it('stays in order when a listener writes itself', async () => {
      const { engine } = await setUp();
      const job = newJob(1);
      await engine.submit(job);
      const { token } = await mustClaim(engine);
      // What the claim wrote has been handed out by then.
      await engine.entries(job.taskId);
      const heard: number[] = [];
      const replies: Promise<boolean>[] = [];
      const enough = Promise.withResolvers<void>();
      await engine.subscribe(job.taskId, () => {
        if (replies.length < 3) replies.push(engine.report(token, replies.length + 1, say(`Reply ${replies.length}`)));
        else enough.resolve();
      });
      await engine.subscribe(job.taskId, (entries) => heard.push(...entries.map((entry) => entry.sequence)));
      await engine.report(token, 0.5, say('First'));
      await enough.promise;
      await Promise.all(replies);
      expect(heard).toHaveLength(8);
      expect(heard).toEqual(heard.toSorted((a, b) => a - b));
    });

    it('holds nobody up when a listener throws, and is silent once it is ended', async () => {
      const { engine } = await setUp();
      const job = newJob(1);
      const heard: number[] = [];
      await engine.subscribe(job.taskId, () => {
        throw new Error('a listener of ours is broken');
      });
      const unsubscribe = await engine.subscribe(job.taskId, (entries) => heard.push(entries.length));
      await engine.submit(job);
      expect(heard).toEqual([2]);
      unsubscribe();
      unsubscribe();
      await engine.cancel(job.taskId);
      expect(heard).toEqual([2]);
    });
  });
}
