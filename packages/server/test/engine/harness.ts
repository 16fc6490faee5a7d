import { afterEach } from 'vitest';
import type { ModelFile } from '@image2model/protocol';
import type { Engine, Lease } from '../../src/engine/contract.ts';

/** One engine on a store of its own, as a test needs it. */
export interface EngineHarness {
  engine: Engine;
  /** Lets time pass for the engine, so that what comes due in it has been done when this resolves. */
  advance: (ms: number) => Promise<void>;
  /** Opens the store once more, as a process does that follows a dead one. `engine` is the new one from then on. */
  restart(): Promise<void>;
  /** Lets writes fail from now on, as on a disk that is full, or succeed again. */
  refuseWrites(refuse: boolean): void;
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

/** Claims, or fails the test. */
export async function mustClaim(engine: Engine, leaseMs = 60_000): Promise<Lease> {
  const lease = await engine.claim('test', leaseMs);
  if (!lease) throw new Error('nothing to claim');
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

export const failure = { status: 'failed', error: 'It did not work', details: { code: 'NO_FOREGROUND' } } as const;
