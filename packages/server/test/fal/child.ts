import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { FalServerOptions, Fault, JobPlan, Ledger } from './types.ts';

const program = fileURLToPath(new URL('process.ts', import.meta.url));

/** A stand-in that lives and dies by itself. */
export interface FalChild {
  readonly queueUrl: string;
  readonly restUrl: string;
  readonly port: number;
  ledger(): Promise<Ledger>;
  fault(fault: Fault): Promise<void>;
  planNext(job: Partial<JobPlan>): Promise<void>;
  release(requestId?: string): Promise<void>;
  /** Kills it, and waits for its end. */
  kill(): Promise<void>;
}

/** Starts a stand-in in a process of its own; give it a `stateFile`, and its old `port` after a kill. */
export async function startFalChild(options: FalServerOptions & { stateFile: string }): Promise<FalChild> {
  const child = spawn(process.execPath, [program, JSON.stringify(options)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exit = once(child, 'exit');
  const lines = createInterface({ input: child.stdout });
  const first = await Promise.race([once(lines, 'line'), exit.then(() => undefined)]);
  if (!first) throw new Error('The stand-in did not start');
  const { queueUrl, restUrl, port } = JSON.parse(String(first[0])) as Omit<FalChild, 'ledger'>;
  const control = async (what: string, body: object): Promise<Ledger> => {
    const answer = await fetch(`http://127.0.0.1:${port}/simulated/${what}`, {
      method: 'POST',
      body: JSON.stringify(body),
    });
    return (await answer.json()) as Ledger;
  };
  return {
    queueUrl,
    restUrl,
    port,
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
