import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Fault, JobPlan, Ledger, ProviderServerOptions } from './types.ts';

/** A stand-in that lives and dies by itself. */
export interface ProviderChild<Operation extends string> {
  readonly port: number;
  ledger(): Promise<Ledger<Operation>>;
  fault(fault: Fault<Operation>): Promise<void>;
  planNext(job: Partial<JobPlan>): Promise<void>;
  release(requestId?: string): Promise<void>;
  /** Kills it, and waits for its end. */
  kill(): Promise<void>;
}

/**
 * Starts a stand-in in a process of its own, by the path of its program; give it a `stateFile`, and its old `port` after
 * a kill. `Started` is what the program says in its first line, as JSON.
 */
export async function startProviderChild<Operation extends string, Started extends { port: number }>(
  program: string,
  options: ProviderServerOptions & { stateFile: string },
): Promise<ProviderChild<Operation> & Started> {
  const child = spawn(process.execPath, [program, JSON.stringify(options)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exit = once(child, 'exit');
  const lines = createInterface({ input: child.stdout });
  const first = await Promise.race([once(lines, 'line'), exit.then(() => undefined)]);
  if (!first) throw new Error('The stand-in did not start');
  const started = JSON.parse(String(first[0])) as Started;
  const control = async (what: string, body: object): Promise<Ledger<Operation>> => {
    const answer = await fetch(`http://127.0.0.1:${started.port}/simulated/${what}`, {
      method: 'POST',
      body: JSON.stringify(body),
    });
    return (await answer.json()) as Ledger<Operation>;
  };
  return {
    ...started,
    ledger: () => control('ledger', {}),
    fault: async (fault) => void (await control('fault', fault)),
    planNext: async (job) => void (await control('plan', job)),
    release: async (id) => void (await control('release', id === undefined ? {} : { id })),
    async kill() {
      child.kill('SIGKILL');
      await exit;
    },
  };
}
