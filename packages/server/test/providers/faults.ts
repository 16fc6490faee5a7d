import { pick, seededRandom } from '../../../../scripts/test/seeded-random.ts';
import type { Chaos, Fault, FaultKind, JobPlan, Outcome } from './types.ts';

/** What a seed may draw. */
export interface DrawnFaults<Operation extends string> {
  /** For each call: all of it passes when the call is made again. The keys name all operations. */
  drawnFaults: Readonly<Record<Operation, readonly FaultKind[]>>;
  /** How jobs may fail where a seed says so. */
  drawnOutcomes: readonly Outcome[];
}

/** Decides what goes wrong: what a test asked for first, what the seed draws else. */
export interface Faults<Operation extends string> {
  add(fault: Fault<Operation>): void;
  plan(job: Partial<JobPlan>): void;
  /** The fault of this very call, if any. */
  next(operation: Operation): FaultKind | undefined;
  nextPlan(): Partial<JobPlan>;
}

export function createFaults<Operation extends string>(
  layer: DrawnFaults<Operation>,
  chaos: Chaos | undefined,
): Faults<Operation> {
  const wanted: { fault: Fault<Operation>; times: number }[] = [];
  const plans: Partial<JobPlan>[] = [];
  const random = seededRandom(chaos?.seed ?? 0);
  return {
    add: (fault) => void wanted.push({ fault, times: fault.times ?? 1 }),
    plan: (job) => void plans.push(job),
    next(operation) {
      const found = wanted.find((each) => each.fault.at === operation && each.times > 0);
      if (found) {
        found.times -= 1;
        return found.fault;
      }
      if (!chaos) return undefined;
      if (random() < chaos.callRate) return pick(random, layer.drawnFaults[operation]);
      const { slowSubmitMs = 0 } = chaos;
      return operation === 'submit' && slowSubmitMs > 0 ? { kind: 'slow', ms: random() * slowSubmitMs } : undefined;
    },
    nextPlan() {
      const planned = plans.shift();
      if (planned) return planned;
      if (!chaos) return {};
      const times = { queueMs: Math.floor(random() * 60), runMs: Math.floor(random() * 120) };
      return random() < chaos.jobRate ? { ...times, outcome: pick(random, layer.drawnOutcomes) } : times;
    },
  };
}
