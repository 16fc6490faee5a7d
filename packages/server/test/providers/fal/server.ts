import { json } from '../answers.ts';
import type { ProviderLayer } from '../layer.ts';
import { startProviderServer } from '../server.ts';
import type { ProviderServer } from '../server.ts';
import type { ProviderServerOptions } from '../types.ts';
import { drawnFaults, drawnOutcomes } from './drawn-faults.ts';
import { wrongAnswer } from './errors.ts';
import { route } from './routes.ts';
import { cancelled, runModel } from './run.ts';
import { falWebhook } from './signature.ts';
import type { FalOperation } from './types.ts';

/** The key that the stand-in knows unless it is given others. */
export const falKey = 'simulated-id:simulated-secret-0123456789abcdef';

/** A stand-in for fal.ai that listens on a loopback address. It makes nothing and bills nobody. */
export interface FalServer extends ProviderServer<FalOperation> {
  /** For `FAL_QUEUE_URL`. */
  readonly queueUrl: string;
  /** For `FAL_REST_URL`; the prices and the keys of the webhooks are below it too. */
  readonly restUrl: string;
}

const layer: ProviderLayer<FalOperation> = {
  name: 'fal.ai',
  drawnFaults,
  drawnOutcomes,
  defaults: {
    keys: [falKey],
    prices: { 'fal-ai/trellis': 0.02, 'tripo3d/tripo/v2.5/image-to-3d': 0.3 },
    resultTtlMs: 3_600_000,
    fileTtlMs: 7 * 86_400_000,
  },
  showsKey: (request, key) => request.headers.authorization === `Key ${key}`,
  unauthorised(request) {
    const missing = request.headers.authorization === undefined;
    return json(401, { detail: missing ? 'Authentication is required to access this application' : 'Invalid key' });
  },
  failure: wrongAnswer,
  route,
  work: runModel,
  cancelled,
  webhook: falWebhook,
};

/**
 * Starts a stand-in for fal.ai, for tests alone: the queue, the storage, the CDN, the prices and the signed webhooks
 * that `docs/fal.md` describes, on one port of this machine. Every answer says `x-simulated`.
 *
 * ```ts
 * const fal = await startFalServer();            // FAL_QUEUE_URL=fal.queueUrl FAL_REST_URL=fal.restUrl FAL_KEY=falKey
 * fal.fault({ at: 'submit', kind: 'cut-after' }); // the next submit is accepted and paid, and its answer lost
 * fal.planNext({ hold: 'run' });                  // the next job runs until fal.release()
 * await fal.until((ledger) => ledger.cancels.length === 1);
 * fal.ledger().submits;                           // every job that was accepted: this is what one pays for
 * ```
 *
 * `child.ts` runs it as a process of its own.
 */
export async function startFalServer(options: ProviderServerOptions = {}): Promise<FalServer> {
  const server = await startProviderServer(layer, options);
  return { ...server, queueUrl: `${server.origin}/queue`, restUrl: `${server.origin}/rest` };
}
