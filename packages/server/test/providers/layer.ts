import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answer } from './answers.ts';
import type { DrawnFaults, Faults } from './faults.ts';
import type { JobEnd, Queue } from './queue.ts';
import type { JobRow, State } from './state.ts';
import type { FaultKind, JobPlan, ProviderServerOptions } from './types.ts';

/** What a provider's stand-in adds to the server that all of them share: its routes, its answers, how it signs. */
export interface ProviderLayer<Operation extends string> extends DrawnFaults<Operation> {
  /** Said in every answer, as `x-simulated`. */
  name: string;
  /** Of the options, what the provider has where a test names nothing. */
  defaults: Required<Pick<ProviderServerOptions, 'keys' | 'prices' | 'resultTtlMs' | 'fileTtlMs'>>;
  /** Whether the request shows the key as this provider wants it. */
  showsKey(request: IncomingMessage, key: string): boolean;
  /** The answer to a missing or wrong key. */
  unauthorised(request: IncomingMessage): Answer;
  /** An error as this provider words it. */
  failure(fault: Extract<FaultKind, { kind: 'answer' }>): Answer;
  /** Which call a request is; an answer where there is no such route. */
  route(site: Site<Operation>, request: IncomingMessage, url: URL): Call<Operation> | Answer;
  /** The model's run: what a job comes to. */
  work(site: Site<Operation>, row: JobRow, plan: JobPlan, at: number): JobEnd;
  /** What a job comes to that was cancelled. */
  cancelled(): JobEnd;
  /** How webhooks are signed, and what they say. */
  webhook: WebhookLayer;
}

/** What a layer works with. */
export interface Site<Operation extends string> {
  state: State;
  queue: Queue;
  faults: Faults<Operation>;
  /** `http://127.0.0.1:port`. */
  origin: string;
  options: ProviderServerOptions &
    Required<Pick<ProviderServerOptions, 'prices' | 'resultTtlMs' | 'fileTtlMs' | 'commentMs'>>;
  /** What becomes of a job for which nothing is planned. */
  plan: JobPlan;
}

/** What a call is, and how it is done. `done` is not called when a fault comes first. */
export interface Call<Operation extends string> {
  operation: Operation;
  /** Whether it needs a key. */
  needsKey: boolean;
  done(body: Buffer, fault: FaultKind | undefined): Answer | ((response: ServerResponse) => void);
}

export interface WebhookLayer {
  payload(row: JobRow): unknown;
  /** Headers that prove where it comes from. A stranger's signature is one by another key. */
  sign(
    state: State,
    row: JobRow,
    body: Buffer,
    options: { seconds: number; stranger: boolean },
  ): Record<string, string>;
}
