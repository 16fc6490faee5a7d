import type { ModelReport } from '../contract.ts';

/** Shares of the whole: what comes before the model runs, its run, and what comes after. */
const share = { uploaded: 0.04, queued: 0.06, run: 0.86, fetched: 0.96 };
/** Where there is no history yet, a run is taken to last so long, in seconds. */
const assumedSeconds = 60;
/** Of a run, as far as the time that has passed may say; the rest is the model's to say. */
const mostByTime = 0.95;

/** A status of fal as far as it is looked at. */
export interface FalStatus {
  status: 'IN_QUEUE' | 'IN_PROGRESS' | 'COMPLETED';
  queuePosition: number | undefined;
  /** The highest percentage in its log, 0 to 1. */
  percent: number | undefined;
  /** Why it failed; a status has these only where it did. */
  error: { type: string | undefined } | undefined;
  /** Seconds that the model ran. */
  seconds: number | undefined;
}

/** Reads a status object; undefined where it is none. */
export function readStatus(value: unknown): FalStatus | undefined {
  if (typeof value !== 'object' || value === null || !('status' in value)) return undefined;
  const { status } = value;
  if (status !== 'IN_QUEUE' && status !== 'IN_PROGRESS' && status !== 'COMPLETED') return undefined;
  const fields: Record<string, unknown> = { ...value };
  const { queue_position: position, logs, error, error_type: type, metrics } = fields;
  const failed = (error !== undefined && error !== null) || (type !== undefined && type !== null);
  const seconds: unknown =
    typeof metrics === 'object' && metrics !== null && 'inference_time' in metrics ? metrics.inference_time : undefined;
  return {
    status,
    queuePosition: Number.isSafeInteger(position) && Number(position) >= 0 ? Number(position) : undefined,
    percent: Array.isArray(logs) ? percentOf(logs) : undefined,
    error: failed ? { type: typeof type === 'string' ? type : undefined } : undefined,
    seconds: typeof seconds === 'number' && seconds >= 0 && seconds < 86_400 ? seconds : undefined,
  };
}

/** Turns what fal tells into reports: never backwards, never the whole before it is there. */
export interface FalProgress {
  uploading(): void;
  /** Takes in a status. */
  saw(status: FalStatus): void;
  /** Lets time pass: reports how far a run without percentages is likely to be. */
  tick(): void;
  fetching(): void;
}

/** `typicalSeconds` is what a run of this model takes on this installation; undefined where that is not known. */
export function createFalProgress(
  report: (report: ModelReport) => void,
  typicalSeconds: number | undefined,
  now: () => number = () => performance.now(),
): FalProgress {
  let reached = 0;
  let startedAt: number | undefined;
  let percent = 0;
  const tell = (stage: string, fraction: number, message: string): void => {
    reached = Math.max(reached, fraction);
    report({ stage, fraction: reached, message });
  };
  const running = (): void => {
    startedAt ??= now();
    const elapsed = (now() - startedAt) / 1000;
    // Fast at first and ever slower: near the usual time it is most of the way, and it never arrives.
    const byTime = mostByTime * (1 - Math.exp((-1.8 * elapsed) / (typicalSeconds ?? assumedSeconds)));
    const done = Math.max(percent, byTime);
    const said = percent > 0 ? `: ${Math.floor(percent * 100)} %` : '';
    tell('generate', share.queued + done * (share.run - share.queued), `fal.ai makes the model${said}`);
  };
  return {
    uploading: () => tell('upload', share.uploaded / 2, 'Sending the photo to fal.ai'),
    saw(status) {
      if (status.status === 'IN_QUEUE') {
        const place = status.queuePosition === undefined ? '' : `, place ${status.queuePosition + 1}`;
        tell('queue', share.uploaded, `Waiting in the queue of fal.ai${place}`);
      } else {
        percent = Math.max(percent, status.percent ?? 0);
        running();
      }
    },
    tick() {
      if (startedAt !== undefined) running();
    },
    fetching: () => tell('fetch', share.run, 'Fetching the model from fal.ai'),
  };
}

/** Lines of a log that are looked at, the newest ones, and characters of each. */
const mostLines = 200;
const mostCharacters = 500;

/** `N%` as models print it. Nothing else of a log is used: it is text of somebody else. */
function percentOf(logs: readonly unknown[]): number | undefined {
  let highest: number | undefined;
  for (const line of logs.slice(-mostLines)) {
    const message: unknown = typeof line === 'object' && line !== null && 'message' in line ? line.message : undefined;
    if (typeof message !== 'string') continue;
    for (const [, number] of message.slice(0, mostCharacters).matchAll(/(?<![\d.])(\d{1,3}(?:\.\d+)?) ?%/g)) {
      const percent = Number(number);
      if (percent <= 100) highest = Math.max(highest ?? 0, percent / 100);
    }
  }
  return highest;
}
