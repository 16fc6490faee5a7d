import { message } from '@image2model/protocol';
import type { Message } from '@image2model/protocol';
import type { ModelReport } from '../contract.ts';
import type { RemoteProgress } from './remote-job.ts';

/** Shares of the whole: what comes before the model runs, its run, and what comes after. */
const share = { uploading: 0.02, queued: 0.04, running: 0.06, fetching: 0.86 };
/** Where there is no history yet, a run is assumed to take this long, in seconds. */
const assumedSeconds = 60;
/** Of a run, as far as the time that has passed may say; the rest is the provider's to say. */
const maxByTime = 0.95;

/** Turns what a provider says into reports: never backwards, and never the whole before it is there. */
export interface RemoteReports {
  uploading(): void;
  /** The provider did not accept the request; it is sent again. */
  resubmitting(): void;
  update(progress: RemoteProgress): void;
  /** Lets time pass: reports how far a run without a percentage is likely to be. */
  tick(): void;
  fetching(): void;
}

interface ReportsOptions {
  /** The provider's display name. */
  provider: string;
  report: (report: ModelReport) => void;
  /** What this model takes on this installation; null where that is not known. */
  typicalSeconds: number | null;
  now?: () => number;
}

export function createReports(options: ReportsOptions): RemoteReports {
  const { provider, report, typicalSeconds, now = () => performance.now() } = options;
  let reached = 0;
  let startedAt: number | undefined;
  let percent = 0;
  const send = (stage: string, fraction: number, said: Message): void => {
    reached = Math.max(reached, fraction);
    report({ stage, fraction: reached, message: said });
  };
  const running = (): void => {
    startedAt ??= now();
    const elapsed = (now() - startedAt) / 1000;
    // Fast at first and ever slower: near the usual time it is most of the way, and it never arrives.
    const byTime = maxByTime * (1 - Math.exp((-1.8 * elapsed) / (typicalSeconds ?? assumedSeconds)));
    const done = Math.max(percent, byTime);
    const said =
      percent > 0
        ? message('provider.generating_percent', { provider, percent: Math.floor(percent * 100) })
        : message('provider.generating', { provider });
    send('generate', share.running + done * (share.fetching - share.running), said);
  };
  return {
    uploading: () => send('upload', share.uploading, message('provider.uploading', { provider })),
    resubmitting: () => send('queue', share.uploading, message('provider.resubmitting', { provider })),
    update(progress) {
      if (progress.state === 'queued') {
        const { position } = progress;
        const said =
          position === undefined
            ? message('provider.queued', { provider })
            : message('provider.queued_at', { provider, position });
        send('queue', share.queued, said);
      } else {
        percent = Math.max(percent, progress.fraction ?? 0);
        running();
      }
    },
    tick() {
      if (startedAt !== undefined) running();
    },
    fetching: () => send('fetch', share.fetching, message('provider.fetching', { provider })),
  };
}
