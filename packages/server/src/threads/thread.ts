import { setPriority } from 'node:os';
import process from 'node:process';
import { parentPort, workerData } from 'node:worker_threads';
import type { Transferable } from 'node:worker_threads';
import type { Outcome, ThreadData } from './threads.ts';

/** What a module for a thread has. */
interface ThreadModule {
  /** Makes the result of a task. An error that is thrown here arrives without its code. */
  default: (task: unknown) => Promise<unknown>;
  /** What of a result is moved to the other thread instead of copied. */
  transferred?: (result: unknown) => Transferable[];
}

/** How much later than others its work is done where there are no more cores than threads. */
const niceness = 10;

const { module } = workerData as ThreadData;
// Streams and requests take precedence. Elsewhere the priority is that of the whole process.
if (process.platform === 'linux') setPriority(0, niceness);
const { default: work, transferred } = (await import(module)) as ThreadModule;

parentPort?.on('message', (task: unknown) => void answer(task));

async function answer(task: unknown): Promise<void> {
  const outcome: Outcome<unknown> = await work(task).then(
    (result) => ({ result }),
    (error: unknown) => ({ error }),
  );
  const transferList = 'result' in outcome ? (transferred?.(outcome.result) ?? []) : [];
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  parentPort?.postMessage(outcome, transferList);
}
