import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Answer, Task } from './worker.ts';

/**
 * Has the tasks done by as many processes as there are `jobs`. The answers are in the order of the tasks; `answered` is
 * called after each one.
 */
export async function runTasks(
  folder: string,
  tasks: readonly Task[],
  jobs: number,
  answered?: (answers: readonly Answer[]) => void,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    const worker = fork(fileURLToPath(new URL('worker.ts', import.meta.url)), [folder], { serialization: 'advanced' });
    const ended = once(worker, 'exit').then(([code]): never => {
      throw new Error(`A worker ended with ${String(code)}.`);
    });
    // Awaited together with each answer; the end after the last one is no fault.
    ended.catch(() => {});
    const nextMessage = async (): Promise<unknown> => {
      const message = new Promise((resolve) => worker.once('message', resolve));
      return Promise.race([message, ended]);
    };
    try {
      await nextMessage();
      for (let i = next++; i < tasks.length; i = next++) {
        worker.send(tasks[i]!);
        answers[i] = (await nextMessage()) as Answer;
        answered?.(answers.filter((answer) => answer !== undefined));
      }
    } finally {
      if (worker.connected) worker.disconnect();
    }
  };
  await Promise.all(Array.from({ length: Math.min(jobs, tasks.length) }, work));
  return answers;
}
