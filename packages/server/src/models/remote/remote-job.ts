import type { Message } from '@image2model/protocol';
import type { ModelError } from '../errors.ts';
import type { ModelInput, ModelOptions } from '../contract.ts';
import type { ResultFiles } from './result-files.ts';

/**
 * One model of a provider as a job done elsewhere: all that differs from one provider to the next. What is the same for
 * all (paid once, the journal, money, retries, progress, downloads) is `runRemoteJob`.
 *
 * A `jobId` is whatever the provider needs to find the job again, as one string. An `ourId` is a UUID of ours, the same
 * over all attempts at one job. No call repeats what may be charged.
 */
export interface RemoteJob<Request = unknown, Ending = unknown> {
  /** What the options come to, before anything is sent. */
  plan(options: ModelOptions): Plan;
  /** Makes the request, and uploads the pictures. Free of charge, and repeated after a crash. @throws ModelError */
  prepare(input: ModelInput, options: ModelOptions, signal: AbortSignal): Promise<Request>;
  /** Sends it once. No signal: given up half-way, nobody would know what became of it. */
  submit(request: Request, ourId: string): Promise<SubmitOutcome>;
  /**
   * The job that was submitted with this id of ours; undefined where it is certain that there is none and that sending
   * again costs nothing twice. Providers without it are never sent to again after an answer was lost.
   * @throws ModelError where that cannot be said now
   */
  find?(ourId: string): Promise<string | undefined>;
  /**
   * Follows the job until it has ended or is lost; an outage of the provider is waited out.
   * @throws ModelError and the signal's reason
   */
  follow(jobId: string, options: FollowOptions): Promise<Ending>;
  /** What the job came to. Paid for, so whatever may pass is waited out. @throws ModelError and the signal's reason */
  result(jobId: string, ending: Ending, signal: AbortSignal): Promise<RemoteResult | RemoteFailure>;
  /** Resolves when nothing is left to do, and rejects where that is to be tried again. May be called twice. */
  cancel?(jobId: string): Promise<void>;
}

export interface Plan {
  /** Expected to be billed, in units of the model's price. */
  units: number;
  /** For the person: what the model cannot do of what was asked for. */
  warnings: readonly Message[];
}

export interface FollowOptions {
  signal: AbortSignal;
  /** Resolves when the provider reports the ending by itself: a webhook. */
  ended: Promise<void>;
  onProgress(progress: RemoteProgress): void;
}

/** How far a job is. `position` counts from 1; `fraction` is 0 to 1 of the run, where the provider says one. */
export type RemoteProgress =
  | { state: 'queued'; position?: number | undefined }
  | { state: 'running'; fraction?: number | undefined };

/** `refused`: certainly not accepted, so it may be sent again. `unknown`: nobody can say. */
export type SubmitOutcome =
  | { outcome: 'accepted'; jobId: string }
  | { outcome: 'refused'; error: ModelError; retryAfterMs?: number | undefined }
  | { outcome: 'unknown'; cause?: unknown };

export interface RemoteResult {
  files: ResultFiles;
  /** Units that the provider says it billed. */
  billedUnits?: number | undefined;
}

/** The job has failed for good; another attempt would be another job. `charged`: whether it may have cost something. */
export interface RemoteFailure {
  error: ModelError;
  charged: 'no' | 'perhaps';
}
