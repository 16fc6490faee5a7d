import type { ChildProcess } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

/** To be preloaded, with `WALL_CLOCK_FILE` in the environment; see wall-clock.ts. */
export const wallClock = new URL('wall-clock.ts', import.meta.url);

/**
 * Sets the clock of a process that has {@link wallClock} preloaded to so many ms ahead of the real one; resolves once it
 * goes by that. Without a running process, the next one starts with it.
 */
export async function setWallClock(file: string, aheadMs: number, child?: ChildProcess): Promise<void> {
  await writeFile(file, String(aheadMs));
  if (child === undefined) return;
  child.kill('SIGUSR2');
  const isRead = async () => (await readFile(`${file}.read`, 'utf8').catch(() => '')) === String(aheadMs);
  while (child.exitCode === null && child.signalCode === null && !(await isRead())) await pause(5);
}
