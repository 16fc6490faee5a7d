/** How long things may take at a provider, in ms. Tests shorten them; nobody else has to. */
export interface RemoteTimings {
  /** Until a call is answered. */
  callMs: number;
  /** Until a submit is answered: given up early, nobody knows what became of it. */
  submitMs: number;
  /** Of silence in a stream of statuses. */
  streamIdleMs: number;
  /** Of silence in a download. */
  downloadIdleMs: number;
  /** The first wait before a call is repeated; doubled each time. */
  firstBackoffMs: number;
  maxBackoffMs: number;
  /** A job that has not ended by then, counted from its submit, is cancelled. */
  patienceMs: number;
  /** How long a refused key counts as refused without asking again. */
  keyRefusedMs: number;
}

export const defaultTimings: RemoteTimings = {
  callMs: 30_000,
  submitMs: 60_000,
  streamIdleMs: 45_000,
  downloadIdleMs: 30_000,
  firstBackoffMs: 500,
  maxBackoffMs: 10_000,
  patienceMs: 2 * 3_600_000,
  keyRefusedMs: 60_000,
};
