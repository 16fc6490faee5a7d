import { setTimeout as sleep } from 'node:timers/promises';

/** Resolves when `done` does, and after so many ms at the latest. */
export async function waitWithin(ms: number, done: Promise<unknown>): Promise<void> {
  const timer = new AbortController();
  await Promise.race([done, sleep(ms, undefined, { signal: timer.signal }).catch(() => undefined)]);
  timer.abort();
}
