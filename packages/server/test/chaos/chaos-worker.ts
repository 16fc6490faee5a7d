import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalResult, LocalTask } from '../../src/models/local/generate-worker.ts';
import { packGlb } from '../support/glb.ts';
import type { Fate } from './plan.ts';

/** What the model tells its thread, in place of a picture. */
export interface Order {
  fate: Fate;
  delayMs: number;
  /** Whether this file was tried before. */
  again: boolean;
}

/** A thread that behaves as it is ordered; stands in for the local model's in tests. */
export default async function chaos({ image, reports }: LocalTask): Promise<LocalResult> {
  const { fate, delayMs, again } = JSON.parse(new TextDecoder().decode(image)) as Order;
  const steps = 4;
  for (let step = 1; step <= steps; step += 1) {
    const message = { text: `Step ${step} of ${steps}` };
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port has no origin
    reports.postMessage({ stage: `step-${step}`, fraction: step / (steps + 1), message });
    await sleep(delayMs / steps);
  }
  switch (fate) {
    case 'crashes':
      process.exit(1);
    // falls through: never reached
    case 'crashesonce':
      if (!again) process.exit(1);
      break;
    case 'throws':
      return { failed: { message: 'thrown on purpose', stack: undefined } };
    case 'throwsonce':
      if (!again) return { failed: { message: 'thrown on purpose, once', stack: undefined } };
      break;
    case 'bad':
      return { rejected: { code: 'NO_FOREGROUND', message: { text: 'Nothing is to be seen' } } };
    case 'hangs':
      for (;;) await sleep(60_000);
    // falls through: never reached
    case 'fine':
    case 'slow':
      break;
  }
  const statistics = {
    faces: 1,
    vertices: 3,
    width: 1,
    height: 1,
    depth: 1,
    parts: 1,
    watertight: false,
    method: 'alpha' as const,
    warnings: [],
  };
  return { glb: glb(), preview: new Uint8Array(randomBytes(200)), statistics };
}

/** A binary glTF of some 20 kB whose bytes no other attempt makes again, so that two that were mixed up are seen. */
function glb(): Uint8Array {
  const binary = randomBytes(20_000);
  return new Uint8Array(packGlb({ asset: { version: '2.0' }, buffers: [{ byteLength: binary.length }] }, binary));
}
