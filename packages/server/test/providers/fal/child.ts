import { fileURLToPath } from 'node:url';
import { startProviderChild } from '../child.ts';
import type { ProviderChild } from '../child.ts';
import type { ProviderServerOptions } from '../types.ts';
import type { FalServer } from './server.ts';
import type { FalOperation } from './types.ts';

const program = fileURLToPath(new URL('process.ts', import.meta.url));

type Started = Pick<FalServer, 'queueUrl' | 'restUrl' | 'port'>;

/** The stand-in for fal.ai as a process of its own. */
export type FalChild = ProviderChild<FalOperation> & Started;

/** Starts one; give it a `stateFile`, and its old `port` after a kill. */
export async function startFalChild(options: ProviderServerOptions & { stateFile: string }): Promise<FalChild> {
  return await startProviderChild<FalOperation, Started>(program, options);
}
