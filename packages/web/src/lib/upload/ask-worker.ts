/** Gives a worker its tasks and hands back its answers; undefined where it could not be loaded or has broken off. */
export function askWorker<Task extends { id: number }, Answer extends { id: number }>(
  start: () => Worker,
): (task: Omit<Task, 'id'>) => Promise<Answer | undefined> {
  const waiting = new Map<number, (answer?: Answer) => void>();
  let worker: Worker | undefined;
  let count = 0;

  function started(): Worker {
    const fresh = start();
    fresh.addEventListener('message', ({ data }: MessageEvent<Answer>) => {
      waiting.get(data.id)?.(data);
      waiting.delete(data.id);
    });
    // The server is away when it is to be loaded, or the memory was not enough: the next task starts another one.
    fresh.addEventListener('error', () => {
      fresh.terminate();
      worker = undefined;
      for (const resolve of waiting.values()) resolve();
      waiting.clear();
    });
    return fresh;
  }

  return async (task) =>
    await new Promise((resolve) => {
      const id = (count += 1);
      waiting.set(id, resolve);
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has none
      (worker ??= started()).postMessage({ ...task, id });
    });
}
