import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createFaults } from './faults.ts';
import { createHandler } from './handler.ts';
import type { ProviderLayer, Site } from './layer.ts';
import { readLedger } from './ledger.ts';
import { Queue } from './queue.ts';
import { openState } from './state.ts';
import type { JobRow } from './state.ts';
import type { Fault, JobPlan, Ledger, ProviderServerOptions } from './types.ts';
import { createWebhooks } from './webhooks.ts';

/** A stand-in for a provider that listens on a loopback address. It makes nothing and bills nobody. */
export interface ProviderServer<Operation extends string> {
  /** `http://127.0.0.1:port`. */
  readonly origin: string;
  readonly port: number;
  /** Lets the next call of a kind go wrong. */
  fault(fault: Fault<Operation>): void;
  /** Says what becomes of the next job for which nothing is planned yet. */
  planNext(job: Partial<JobPlan>): void;
  /** Lets held jobs go on; all of them where none is named. */
  release(requestId?: string): void;
  /** What has happened so far. */
  ledger(): Ledger<Operation>;
  /** Resolves with the ledger as soon as it is as wished, without asking all the time. */
  until(wish: (ledger: Ledger<Operation>) => boolean): Promise<Ledger<Operation>>;
  /** Stops at once, like a process that dies; what it knows stays in the state file. May be called twice. */
  close(): Promise<void>;
}

/**
 * Starts a stand-in for a provider, for tests alone: a queue of jobs with their files, faults at every call, webhooks,
 * and a ledger of what one would pay for. What is the provider's own is its layer. Every answer says `x-simulated`.
 */
export async function startProviderServer<Operation extends string>(
  layer: ProviderLayer<Operation>,
  given: ProviderServerOptions = {},
): Promise<ProviderServer<Operation>> {
  const options = { commentMs: 15_000, ...layer.defaults, ...given };
  const operations = Object.keys(layer.drawnFaults) as Operation[];
  const state = openState(options.stateFile ?? ':memory:');
  const faults = createFaults(layer, options.chaos);
  const changes = new EventEmitter().setMaxListeners(0);
  const server = createServer({ keepAliveTimeout: 5000 });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const webhooks = createWebhooks(state, layer.webhook);
  const notify = (row: JobRow): void => {
    if (row.webhook !== null) webhooks.send(row, faults.next('webhook' as Operation));
  };
  const queue = new Queue({
    state,
    concurrency: options.concurrency ?? 10,
    work: (row, plan, at) => layer.work(site, row, plan, at),
    cancelled: () => layer.cancelled(),
    changed(ended) {
      for (const row of ended) notify(row);
      changes.emit('change');
    },
  });
  const plan: JobPlan = { queueMs: 0, runMs: 20, outcome: { kind: 'ok' }, ...options.plan };
  const site: Site<Operation> = { state, queue, faults, origin: `http://127.0.0.1:${port}`, options, plan };
  const ledger = (): Ledger<Operation> => readLedger(state, operations);
  const changed = (): void => void changes.emit('change');
  server.on('request', createHandler({ layer, site, keys: options.keys, ledger, changed }));
  for (const row of state.all<JobRow>('select * from jobs where ended_at is not null and webhook_sent = 0'))
    notify(row);
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
    origin: site.origin,
    port,
    fault: (fault) => faults.add(fault),
    planNext: (job) => faults.plan(job),
    release: (id) => queue.release(id),
    ledger,
    async until(wish) {
      for (;;) {
        const now = ledger();
        if (wish(now)) return now;
        await once(changes, 'change');
      }
    },
    close: () => (stopped ??= stop()),
  };
}
