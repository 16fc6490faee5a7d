import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Engine } from '../engine/contract.ts';
import type { Provider } from '../models/provider.ts';

/** Figures for Prometheus. */
export interface Metrics {
  readonly contentType: string;
  render(): Promise<string>;
  /** Counts an answered request; `route` is the pattern and never the address, so that series stay few. */
  observe(request: { method: string; route: string; status: number; seconds: number }): void;
}

interface MetricsOptions {
  engine: Engine;
  providers: readonly Pick<Provider, 'id'>[];
  /** Names this process in rows and logs. */
  worker: string;
  /** Open event streams of this process. */
  openStreams: () => number;
}

/** Figures of this process, its requests and its streams, and of the store's queue, in a registry of their own. */
export function createMetrics({ engine, providers, worker, openStreams }: MetricsOptions): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const requests = new Histogram({
    name: 'image2model_http_request_duration_seconds',
    help: 'Time from a request to the end of its answer',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5],
    registers,
  });
  void new Gauge({
    name: 'image2model_files',
    help: 'Files in the queue and in work, over all processes of one store',
    labelNames: ['state'],
    registers,
    async collect() {
      const { waiting, running } = await engine.counts();
      this.set({ state: 'waiting' }, waiting);
      this.set({ state: 'running' }, running);
    },
  });
  void new Gauge({
    name: 'image2model_streams',
    help: 'Open event streams',
    registers,
    collect() {
      this.set(openStreams());
    },
  });

  void new Gauge({
    name: 'image2model_spent_today_usd',
    help: 'Set aside or spent at providers on this day (UTC), in US dollars',
    registers,
    async collect() {
      const spent = await Promise.all(providers.map(({ id }) => engine.spent(id, 'USD')));
      this.set(spent.reduce((sum, micros) => sum + micros, 0) / 1e6);
    },
  });

  new Gauge({
    name: 'image2model_worker_info',
    help: 'Always 1; the label names this process as rows and logs do',
    labelNames: ['worker'],
    registers,
  }).set({ worker }, 1);

  return {
    contentType: registry.contentType,
    render: () => registry.metrics(),
    observe({ method, route, status, seconds }) {
      requests.observe({ method, route, status }, seconds);
    },
  };
}
