import type { Chaos, Fault, FaultKind, JobPlan, Operation, Outcome } from './types.ts';

/** Decides what goes wrong: what a test asked for first, what the seed draws else. */
export interface Faults {
  add(fault: Fault): void;
  plan(job: Partial<JobPlan>): void;
  /** The fault of this very call, if any. */
  take(operation: Operation): FaultKind | undefined;
  takePlan(): Partial<JobPlan>;
}

export function createFaults(chaos: Chaos | undefined): Faults {
  const wanted: { fault: Fault; skip: number; times: number }[] = [];
  const plans: Partial<JobPlan>[] = [];
  const random = seeded(chaos?.seed ?? 0);
  return {
    add: (fault) => void wanted.push({ fault, skip: fault.skip ?? 0, times: fault.times ?? 1 }),
    plan: (job) => void plans.push(job),
    take(operation) {
      const found = wanted.find((each) => each.fault.at === operation && each.times > 0);
      if (found) {
        if (found.skip > 0) {
          found.skip -= 1;
          return undefined;
        }
        found.times -= 1;
        return found.fault;
      }
      if (!chaos) return undefined;
      if (random() < chaos.callRate) return pick(random, drawn[operation]);
      const { slowSubmitMs = 0 } = chaos;
      return operation === 'submit' && slowSubmitMs > 0 ? { kind: 'slow', ms: random() * slowSubmitMs } : undefined;
    },
    takePlan() {
      const planned = plans.shift();
      if (planned) return planned;
      if (!chaos) return {};
      const times = { queueMs: Math.floor(random() * 60), runMs: Math.floor(random() * 120) };
      return random() < chaos.jobRate ? { ...times, outcome: pick(random, drawnOutcomes) } : times;
    },
  };
}

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
const drawn: Readonly<Record<Operation, readonly FaultKind[]>> = {
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

const drawnOutcomes: readonly Outcome[] = [
  { kind: 'model-error', type: 'content_policy_violation' },
  { kind: 'model-error', type: 'no_media_generated' },
  { kind: 'request-error', type: 'runner_server_error' },
  { kind: 'request-error', type: 'request_timeout', toldBy: 'result' },
  { kind: 'no-mesh' },
  { kind: 'wrong-file', is: 'fbx' },
  { kind: 'wrong-file', is: 'short-glb' },
  { kind: 'elsewhere', url: 'http://169.254.169.254/latest/meta-data/' },
];

function pick<T>(random: () => number, choices: readonly T[]): T {
  return choices[Math.floor(random() * choices.length)] as T;
}

/** Numbers from 0 to 1 that a seed decides: mulberry32. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
