import { closeSync, openSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import workerThreads from 'node:worker_threads';

/** What a process can be short of. */
export type Resource = 'descriptors' | 'threads';

/** Takes all of a resource that this process may still have; returns what gives it back. */
export const take: Record<Resource, () => () => void> = {
  descriptors() {
    const taken: number[] = [];
    try {
      for (;;) taken.push(openSync('/dev/null', 'r'));
    } catch (error) {
      if ((error as { code?: string }).code !== 'EMFILE') throw error;
    }
    return () => {
      for (const descriptor of taken) closeSync(descriptor);
    };
  },

  /** Fails as Node does where the system gives no thread; a limit of the system's does not hold for root. */
  threads() {
    const { Worker } = workerThreads;
    let isShort = true;
    const setWorker = (worker: typeof Worker): void => {
      workerThreads.Worker = worker;
      syncBuiltinESMExports();
    };
    setWorker(
      class extends Worker {
        constructor(...given: ConstructorParameters<typeof Worker>) {
          if (isShort) throw Object.assign(new Error('EAGAIN'), { code: 'ERR_WORKER_INIT_FAILED' });
          super(...given);
        }
      },
    );
    return () => {
      isShort = false;
      setWorker(Worker);
    };
  },
};
