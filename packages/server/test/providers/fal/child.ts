import { fileURLToPath } from 'node:url';
import { startProviderChild } from '../child.ts';
import type { ProviderChild } from '../child.ts';
import type { ProviderServerOptions } from '../types.ts';
import type { FalOperation } from './types.ts';

const program = fileURLToPath(new URL('process.ts', import.meta.url));

interface Started {
  readonly queueUrl: string;
  readonly restUrl: string;
  readonly port: number;
}

/** The stand-in for fal.ai as a process of its own. */
export type FalChild = ProviderChild<FalOperation> & Started;

/** Starts one; give it a `stateFile`, and its old `port` after a kill. */
export async function startFalChild(options: ProviderServerOptions & { stateFile: string }): Promise<FalChild> {
  return await startProviderChild<FalOperation, Started>(program, options);
}
