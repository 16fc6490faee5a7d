/** How long things may take, in ms. Tests shorten them; nobody else has to. */
export interface FalTimings {
  /** Until a call is answered. */
  callMs: number;
  /** Until a submit is answered: given up early, nobody knows what became of it. */
  submitMs: number;
  /** Of silence in a status stream; fal sends a comment every 15 s. */
  streamIdleMs: number;
  /** Of silence in a download. */
  downloadIdleMs: number;
  /** The first wait before a call is repeated; doubled each time. */
  firstBackoffMs: number;
  longestBackoffMs: number;
  /** A request that has not ended by then is cancelled. */
  patienceMs: number;
  /** How long a refused key is taken for refused without asking again. */
  keyRefusedMs: number;
}

export const defaultFalTimings: FalTimings = {
  callMs: 30_000,
  submitMs: 60_000,
  streamIdleMs: 45_000,
  downloadIdleMs: 30_000,
  firstBackoffMs: 500,
  longestBackoffMs: 10_000,
  patienceMs: 2 * 3_600_000,
  keyRefusedMs: 60_000,
};

/** The wait before the next try (0 for the first repetition), spread over half of itself so that calls do not meet. */
export function backoffMs(tries: number, { firstBackoffMs, longestBackoffMs }: FalTimings): number {
  return Math.min(longestBackoffMs, firstBackoffMs * 2 ** Math.min(tries, 20)) * (0.5 + Math.random() / 2);
}
