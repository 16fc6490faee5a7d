import { afterEach } from 'vitest';
import type { Message, ModelFile } from '@image2model/protocol';
import type { CleanupLease, Engine, Lease } from '../../src/engine/contract.ts';

/** One engine on a store of its own, as a test needs it. */
export interface EngineHarness {
  engine: Engine;
  /** Another handle on the same store, as another process has it. Closed with the harness, and by `restart`. */
  second(): Promise<Engine>;
  /** Lets time pass for the store, so that what comes due in it has been done when this resolves. */
  advance: (ms: number) => Promise<void>;
  /** Opens the store once more, as a process does that follows one that ended. `engine` is the new one from then on. */
  restart(): Promise<void>;
  /** The same after one that was killed: what it had in memory alone is gone. */
  kill(): Promise<void>;
  /** Lets writes fail from now on, as on a disk that is full, or succeed again. */
  refuseWrites(refuse: boolean): void;
  /** Lets `engine` do what it is asked to and lose the answer, as on a connection that breaks; or answer again. */
  loseAnswers(lose: boolean): void;
  /** Ends the engine and removes its store. */
  close(): Promise<void>;
}

export type OpenHarness = () => Promise<EngineHarness>;

/** Opens harnesses and closes them after each test. */
export function harnesses(open: OpenHarness): OpenHarness {
  const opened: EngineHarness[] = [];
  afterEach(async () => {
    for (const harness of opened.splice(0)) await harness.close();
  });
  return async () => {
    const harness = await open();
    opened.push(harness);
    return harness;
  };
}

/**
 * An engine whose answers can be lost. Simulated: the promise rejects here, after the engine has kept its own. It shows
 * what a caller has to expect, not that a connection really breaks like this.
 */
export function withLossyAnswers(engine: Engine, isLossy: () => boolean): Engine {
  return new Proxy(engine, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return (...given: unknown[]) => {
        const answer: unknown = Reflect.apply(member, target, given);
        if (!(answer instanceof Promise) || !isLossy()) return answer;
        return answer.then(() => {
          throw new Error('The connection was lost');
        });
      };
    },
  });
}

/** The models of all jobs in these tests. */
const models = ['test', 'other', 'hosted', 'slow', 'quick', 'local'];

/** Claims a file of any of these models, for a worker that has room for all of them. */
export function claim(engine: Engine, leaseMs: number, ids: readonly string[] = models): Promise<Lease | undefined> {
  return engine.claim({ worker: 'test', leaseMs, models: ids.map((id) => ({ id })) });
}

/** The same for every model but these. */
export function claimBut(engine: Engine, busy: readonly string[]): Promise<Lease | undefined> {
  return claim(
    engine,
    60_000,
    models.filter((id) => !busy.includes(id)),
  );
}

/** Claims, or fails the test. */
export async function mustClaim(engine: Engine, leaseMs = 60_000): Promise<Lease> {
  const lease = await claim(engine, leaseMs);
  if (!lease) throw new Error('nothing to claim');
  return lease;
}

/** Claims a cleanup, or fails the test. */
export async function mustClaimCleanup(engine: Engine): Promise<CleanupLease> {
  const lease = await engine.claimCleanup({ worker: 'test', leaseMs: 60_000, models });
  if (!lease) throw new Error('no cleanup is due');
  return lease;
}

/** A result as a runner would list it. */
export function modelFile({ file }: Pick<Lease, 'file'>): ModelFile {
  return {
    file_id: file.fileId,
    filename: file.filename.replace(/\.\w+$/, '.glb'),
    size: 10,
    mime_type: 'model/gltf-binary',
    created_time: new Date().toISOString(),
    rendered_image: null,
    sha256: file.sha256,
    statistics: { faces: 12 },
  };
}

/** Ends the file of a lease with a result; false when the lease is lost. */
export function complete(engine: Engine, lease: Lease): Promise<boolean> {
  return engine.finish(lease.token, { status: 'completed', result: modelFile(lease) });
}

/** A message that has no id. */
export function say(text: string): Message {
  return { text };
}

export const failure = {
  status: 'failed',
  error: { text: 'It did not work', id: 'ending.of-a-test', values: { times: 2 } },
  details: { code: 'NO_FOREGROUND' },
} as const;
