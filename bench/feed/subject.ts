import { fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import process from 'node:process';
import type { Answer, Order } from './servers/child.ts';

/** A server's process, as the load sees it. */
export interface Running {
  target: { port: number; paths: string[]; headers: Record<string, string> };
  /** Has so many events come about; resolves to how many there were. */
  produce(perSecond: number, seconds: number): Promise<number>;
  /** CPU time and memory of the process, after a collection of garbage. */
  usage(): Promise<{ cpuMicros: number; rssBytes: number }>;

  stop(): Promise<void>;
}

const hasTaskset = spawnSync('taskset', ['-V']).status === 0;

/** Whether server and load have a core each. */
export function pins(): boolean {
  return hasTaskset;
}

/** Puts the load on the second core. */
export function pinLoad(): void {
  if (hasTaskset) spawnSync('taskset', ['-cp', '1', String(process.pid)]);
}

/** Starts a server in a process of its own, on the first core. */
export async function startSubject(
  name: string,
  { tasks, gathers = false }: { tasks: number; gathers?: boolean },
): Promise<Running> {
  const file = join(import.meta.dirname, 'servers', `${name}.ts`);
  const child = fork(file, { execArgv: ['--expose-gc'], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  if (hasTaskset) spawnSync('taskset', ['-acp', '0', String(child.pid)]);

  async function ask<T extends Order['do']>(order: Extract<Order, { do: T }>): Promise<Extract<Answer, { did: T }>> {
    const stopped = new AbortController();
    child.send(order);
    const ended = once(child, 'exit', { signal: stopped.signal }).then(() => {
      throw new Error(`${name} stopped by itself`);
    });
    // Not waited for once the answer is there.
    ended.catch(() => undefined);
    try {
      const [answer] = (await Promise.race([once(child, 'message'), ended])) as [Extract<Answer, { did: T }>];
      return answer;
    } finally {
      stopped.abort();
    }
  }

  const { port, paths, headers } = await ask({ do: 'start', tasks, gathers });
  return {
    target: { port, paths, headers },
    produce: async (perSecond, seconds) => (await ask({ do: 'produce', perSecond, seconds })).events,
    usage: () => ask({ do: 'usage' }),
    async stop() {
      const gone = once(child, 'exit');
      child.disconnect();
      await gone;
    },
  };
}
