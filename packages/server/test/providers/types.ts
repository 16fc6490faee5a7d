/**
 * What goes wrong with one call. "Before" means that the provider has not done what it was asked for, "after" that it
 * has and that the answer alone is lost.
 */
export type FaultKind =
  | { kind: 'cut-before' }
  | { kind: 'cut-after' }
  /** Half of the answer arrives. */
  | { kind: 'cut-within' }
  /** No answer ever comes. */
  | { kind: 'hang-before' }
  | { kind: 'hang-after' }
  /** Done at once, and answered so many ms later. */
  | { kind: 'slow'; ms: number }
  /** Another answer than the true one, and nothing is done. */
  | { kind: 'answer'; status: number; errorType?: string; retryAfterSeconds?: number }
  /** Any answer at all, and nothing is done. */
  | { kind: 'say'; status: number; body: string; headers?: Record<string, string> }
  /** Done, and yet a gateway on the way says that it failed. */
  | { kind: 'answer-after'; status: number }
  /** A stream of events breaks after so many of them. */
  | { kind: 'stream-cut'; afterEvents: number }
  /** A stream of events ends in good order before its last one. */
  | { kind: 'stream-end'; afterEvents: number }
  /** Of each event, a character of more than one byte arrives in two chunks. */
  | { kind: 'stream-split' }
  /** A line that is not JSON, and an event that the provider does not have, before the true ones. */
  | { kind: 'stream-garbage' }
  /** What a result file is in place of a GLB. */
  | {
      kind: 'content';
      is: 'fbx' | 'zip' | 'html' | 'short-glb' | 'truncated' | 'endless' | 'huge' | 'missing' | 'forbidden';
    }
  | { kind: 'redirect'; to: string }
  /** A webhook that never arrives, arrives twice, is not signed by the provider, or is an hour old. */
  | { kind: 'webhook-lost' | 'webhook-twice' | 'webhook-forged' | 'webhook-old' };

/** A fault, and the call that it spoils. */
export type Fault<Operation extends string = string> = FaultKind & {
  at: Operation;
  /** How often it happens; once by default. */
  times?: number;
};

/** How a job ends. */
export type Outcome =
  | { kind: 'ok' }
  /** The model refuses. */
  | { kind: 'model-error'; type: string; retryable?: boolean }
  /** The provider's own infrastructure fails; the type gives the status. `saidBy`: the status says nothing of it. */
  | { kind: 'request-error'; type: string; saidBy?: 'result' }
  /** A result without its mesh. */
  | { kind: 'no-mesh' }
  /** The mesh is something else than a GLB, or is gone, and stays so. */
  | { kind: 'wrong-file'; is: Extract<FaultKind, { kind: 'content' }>['is'] }
  /** The mesh is said to be at this address. */
  | { kind: 'elsewhere'; url: string };

/** What becomes of one submit. */
export interface JobPlan {
  /** The shortest time in the queue, ms. */
  queueMs: number;
  /** Time of the run, ms. */
  runMs: number;
  outcome: Outcome;
  /** Stays in the queue, or running, until `release` is called. */
  hold?: 'queue' | 'run';
  /** Whether a running job heeds the signal to stop; the default is that it goes on to its end. */
  stopsOnCancel?: boolean;
}

/** Faults that a seed decides. Rates are 0 to 1 for each call and each job. */
export interface Chaos {
  seed: number;
  /** Of calls that fail on the way. */
  callRate: number;
  /** Of jobs that fail at the provider. */
  jobRate: number;
  /** A submit is answered at most so many ms after it was accepted: whoever dies in between has to know that. */
  slowSubmitMs?: number;
}

export interface ProviderServerOptions {
  /** SQLite file that outlasts the server; in memory where none is given. */
  stateFile?: string;
  /** 0 picks a free port; a restart needs the old one, since the addresses of files bear it. */
  port?: number;
  /** Keys that the provider knows. */
  keys?: readonly string[];
  /** Jobs that run at once. */
  concurrency?: number;
  /** What becomes of a job for which nothing else is planned. */
  plan?: Partial<JobPlan>;
  chaos?: Chaos;
  /** How long a result is kept, ms. */
  resultTtlMs?: number;
  /** How long files are kept, ms. */
  fileTtlMs?: number;
  /** Between the comments of a stream of events, ms. */
  commentMs?: number;
  /** What one unit costs in USD, by model; those that are not named have no price. */
  prices?: Readonly<Record<string, number>>;
}

/** One job that the provider accepted: it is paid when it succeeds. */
export interface Submit {
  requestId: string;
  endpoint: string;
  /** SHA-256 of the first photo, hex; empty where its address leads nowhere. */
  image: string;
  input: Record<string, unknown>;
  status: 'IN_QUEUE' | 'IN_PROGRESS' | 'COMPLETED';
  cancelled: boolean;
  /** Billed units; 0 until it succeeds, and for good where it does not. */
  units: number;
  /** Why it failed. */
  errorType: string | null;
  webhook: string | null;
}

/** All that a test may want to know of what happened at the provider. */
export interface Ledger<Operation extends string = string> {
  submits: Submit[];
  /** The ids for which a cancel was asked, in order. */
  cancels: string[];
  /** Calls that came in, by operation; those that failed on the way too. */
  calls: Record<Operation, number>;
  /** Calls with a missing or wrong key. */
  unauthorised: number;
  /** Keys that were shown where none belongs: a signed upload address, a public file. */
  leakedKeys: number;
  /** Input fields that a model does not have. */
  unknownInputs: string[];
  /** Faults that came to pass. */
  faults: number;
}
