import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createFaults } from './faults.ts';
import { createHandler } from './handler.ts';
import { readLedger } from './ledger.ts';
import { createQueue } from './queue.ts';
import { openState } from './state.ts';
import type { JobRow } from './state.ts';
import type { FalServerOptions, Fault, JobPlan, Ledger } from './types.ts';
import { createWebhooks } from './webhooks.ts';

/** The key that the stand-in knows unless it is told others. */
export const falKey = 'simulated-id:simulated-secret-0123456789abcdef';

/** A stand-in for fal.ai that listens on a loopback address. It makes nothing and bills nobody. */
export interface FalServer {
  /** For `FAL_QUEUE_URL`. */
  readonly queueUrl: string;
  /** For `FAL_REST_URL`; the prices and the keys of the webhooks are below it too. */
  readonly restUrl: string;
  readonly port: number;
  /** Lets the next call of a kind go wrong. */
  fault(fault: Fault): void;
  /** Says what becomes of the next job for which nothing is planned yet. */
  planNext(job: Partial<JobPlan>): void;
  /** Lets held jobs go on; all of them where none is named. */
  release(requestId?: string): void;
  /** What has happened so far. */
  ledger(): Ledger;
  /** Resolves with the ledger as soon as it is as wished, without asking all the time. */
  until(wish: (ledger: Ledger) => boolean): Promise<Ledger>;
  /** Stops at once, like a process that dies; what it knows stays in the state file. May be called twice. */
  close(): Promise<void>;
}

/**
 * Starts a stand-in for fal.ai, for tests alone: the queue, the storage, the CDN, the prices and the signed webhooks
 * that `docs/fal.md` describes, on one port of this machine. Every answer says `x-simulated`.
 *
 * ```ts
 * const fal = await startFalServer();            // FAL_QUEUE_URL=fal.queueUrl FAL_REST_URL=fal.restUrl FAL_KEY=falKey
 * fal.fault({ at: 'submit', kind: 'cut-after' }); // the next submit is taken and paid, and its answer lost
 * fal.planNext({ hold: 'run' });                  // the next job runs until fal.release()
 * await fal.until((ledger) => ledger.cancels.length === 1);
 * fal.ledger().submits;                           // every job that was taken: this is what one pays for
 * ```
 *
 * `child.ts` runs it as a process of its own.
 */
export async function startFalServer(options: FalServerOptions = {}): Promise<FalServer> {
  const state = openState(options.stateFile ?? ':memory:');
  const faults = createFaults(options.chaos);
  const changes = new EventEmitter().setMaxListeners(0);
  const server = createServer({ keepAliveTimeout: 5000 });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  const webhooks = createWebhooks(state);
  const tell = (row: JobRow): void => {
    if (row.webhook !== null) webhooks.send(row, faults.take('webhook'));
  };
  const queue = createQueue({
    state,
    queueUrl: `${origin}/queue`,
    cdnUrl: `${origin}/cdn`,
    concurrency: options.concurrency ?? 10,
    resultTtlMs: options.resultTtlMs ?? 3_600_000,
    changed(ended) {
      for (const row of ended) tell(row);
      changes.emit('change');
    },
  });
  const prices = options.prices ?? { 'fal-ai/trellis': 0.02, 'tripo3d/tripo/v2.5/image-to-3d': 0.3 };
  server.on(
    'request',
    createHandler({
      state,
      queue,
      faults,
      webhooks,
      origin,
      prices,
      keys: options.keys ?? [falKey],
      plan: { queueMs: 0, runMs: 20, outcome: { kind: 'ok' }, ...options.plan },
      fileTtlMs: options.fileTtlMs ?? 7 * 86_400_000,
      commentMs: options.commentMs ?? 15_000,
      ledger: () => readLedger(state),
      changed: () => void changes.emit('change'),
    }),
  );
  for (const row of state.all<JobRow>('select * from jobs where ended_at is not null and webhook_sent = 0')) tell(row);
  queue.pump();

  const stop = async (): Promise<void> => {
    queue.close();
    await webhooks.close();
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
    state.close();
  };
  let stopped: Promise<void> | undefined;
  return {
    queueUrl: `${origin}/queue`,
    restUrl: `${origin}/rest`,
    port,
    fault: (fault) => faults.add(fault),
    planNext: (job) => faults.plan(job),
    release: (id) => queue.release(id),
    ledger: () => readLedger(state),
    async until(wish) {
      for (;;) {
        const ledger = readLedger(state);
        if (wish(ledger)) return ledger;
        await once(changes, 'change');
      }
    },
    close: () => (stopped ??= stop()),
  };
}
