import { expect, it, onTestFinished } from 'vitest';
import { Threads } from './threads.ts';

/** Its threads do what a text says; see below. */
function open(max: number): Threads<string, unknown> {
  const code = `export default async (wish) => {
    if (wish === 'fail') throw new TypeError('It fails');
    if (wish === 'hang') await new Promise(() => setInterval(() => undefined, 1000));
    if (wish === 'exit') process.exit(3);
    const { threadId } = await import('node:worker_threads');
    return threadId;
  }`;
  const threads = new Threads<string, unknown>({
    module: new URL(`data:text/javascript,${encodeURIComponent(code)}`),
    max,
  });
  onTestFinished(() => threads.close());
  return threads;
}

it('gives each task a thread, one that is free where there is one', async () => {
  const threads = open(2);
  const [one, other] = await Promise.all([threads.run('go'), threads.run('go')]);
  expect(one).not.toBe(other);
  expect([one, other]).toContain(await threads.run('go'));
});

it('has tasks wait where all threads are at work, and takes those back that are aborted', async () => {
  const threads = open(1);
  const [first, second] = [new AbortController(), new AbortController()];
  const hanging = threads.run('hang', { signal: first.signal });
  const waiting = threads.run('go', { signal: second.signal });
  const last = threads.run('go');
  expect(threads.waiting).toBe(2);
  second.abort('not wanted');
  await expect(waiting).rejects.toBe('not wanted');
  first.abort('not wanted either');
  await expect(hanging).rejects.toBe('not wanted either');
  expect(await last).toEqual(expect.any(Number));
});

it('fails the task of a thread that dies, and no other', async () => {
  const threads = open(1);
  const [dies, fails, goes] = [threads.run('exit'), threads.run('fail'), threads.run('go')];
  await expect(dies).rejects.toThrow('The thread ended with 3');
  await expect(fails).rejects.toThrow('It fails');
  expect(await goes).toEqual(expect.any(Number));
});

it('fails what is under way when it is closed, and takes nothing more', async () => {
  const threads = open(1);
  const [running, waiting] = [threads.run('hang'), threads.run('go')];
  const outcomes = Promise.allSettled([running, waiting]);
  await Promise.all([threads.close(), threads.close()]);
  expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await expect(threads.run('go')).rejects.toThrow('closed');
});
