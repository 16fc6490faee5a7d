import type { FaultKind, Outcome } from '../types.ts';
import type { FalOperation } from './types.ts';

const busy: FaultKind[] = [
  { kind: 'answer', status: 429, retryAfterSeconds: 0 },
  { kind: 'answer', status: 503, errorType: 'runner_scheduling_failure' },
];
const cuts: FaultKind[] = [{ kind: 'cut-before' }, { kind: 'cut-after' }, { kind: 'cut-within' }];
const failures: FaultKind[] = [
  { kind: 'answer', status: 500, errorType: 'internal_error' },
  { kind: 'answer', status: 502 },
];

/** What the seed may draw for each call: all of it passes when the call is made again. */
export const drawnFaults: Readonly<Record<FalOperation, readonly FaultKind[]>> = {
  initiate: [...cuts, ...busy, ...failures],
  put: [{ kind: 'cut-before' }, { kind: 'cut-after' }, ...failures],
  submit: [...cuts, ...busy, { kind: 'answer-after', status: 502 }, { kind: 'answer-after', status: 504 }],
  status: [...cuts, ...busy, ...failures],
  stream: [
    { kind: 'cut-before' },
    { kind: 'stream-cut', afterEvents: 0 },
    { kind: 'stream-cut', afterEvents: 1 },
    { kind: 'stream-end', afterEvents: 1 },
    { kind: 'stream-split' },
    { kind: 'stream-garbage' },
    ...failures,
  ],
  result: [...cuts, ...busy, ...failures],
  cancel: [...cuts, ...failures],
  file: [
    { kind: 'cut-before' },
    { kind: 'content', is: 'truncated' },
    { kind: 'answer', status: 503 },
    { kind: 'answer', status: 500 },
  ],
  pricing: [...cuts, ...failures],
  jwks: [...cuts, ...failures],
  webhook: [{ kind: 'webhook-lost' }, { kind: 'webhook-twice' }, { kind: 'webhook-forged' }, { kind: 'webhook-old' }],
};

/** How jobs fail at fal where the seed says so. */
export const drawnOutcomes: readonly Outcome[] = [
  { kind: 'model-error', type: 'content_policy_violation' },
  { kind: 'model-error', type: 'no_media_generated' },
  { kind: 'request-error', type: 'runner_server_error' },
  { kind: 'request-error', type: 'request_timeout', saidBy: 'result' },
  { kind: 'no-mesh' },
  { kind: 'wrong-file', is: 'fbx' },
  { kind: 'wrong-file', is: 'short-glb' },
  { kind: 'elsewhere', url: 'http://169.254.169.254/latest/meta-data/' },
];
