import type { BaseLogger } from 'pino';
import { downloadFormats } from '@image2model/protocol';
import type { FalConfig } from '../../config.ts';
import type { Engine } from '../../engine/contract.ts';
import { checkOptions, optionsJsonSchema } from '../check-options.ts';
import type { Model, ModelDescription } from '../contract.ts';
import { webhookPath } from '../provider.ts';
import type { Provider } from '../provider.ts';
import { createJobEndings } from '../remote/job-endings.ts';
import { createKeyState } from '../remote/key-state.ts';
import { createLedger } from '../remote/ledger.ts';
import { createMeasurer } from '../remote/measurer.ts';
import type { RemoteContext } from '../remote/remote-model.ts';
import { remoteWork } from '../remote/run-remote-job.ts';
import type { RemoteTimings } from '../remote/timings.ts';
import { createFalClient } from './client.ts';
import { falName } from './errors.ts';
import { createFalJob } from './job.ts';
import { createFalPrices } from './prices.ts';
import { falRows } from './table.ts';
import type { FalRow } from './table.ts';
import { createFalWebhook } from './webhook.ts';

interface FalOptions extends FalConfig {
  timings?: Partial<RemoteTimings> | undefined;
  /** Where money is counted, and what knows how long things take here. */
  engine: Pick<Engine, 'reserve' | 'settle' | 'typicalSeconds'>;
  log: Pick<BaseLogger, 'warn' | 'error'>;
}

/** fal's id among the providers. */
const falId = 'fal';
/** Requests of a model at once. fal queues what an account may not run yet. */
const concurrency = 8;

/** fal.ai: one model for each row of the table. */
export function createFal(options: FalOptions): Provider {
  const { dailyLimitUsd, publicUrl, engine, log } = options;
  const client = createFalClient(options);
  const { timings, guard } = client;
  const ids = falRows.map(({ id }) => id);
  const measurer = createMeasurer();
  const prices = createFalPrices(client, ids, log);
  const provider = { id: falId, name: falName };
  const currency = 'USD';
  const remote: RemoteContext = {
    provider,
    currency,
    ledger: createLedger({ provider, currency, dailyLimit: dailyLimitUsd, prices, engine }),
    key: createKeyState({ provider: falName, refusedMs: timings.keyRefusedMs, log }),
    endings: createJobEndings(),
    guard,
    measure: (glb, signal) => measurer.measure(glb, signal),
    timings,
    typicalSeconds: (model) => engine.typicalSeconds(model),
    log,
  };
  const webhookUrl = publicUrl === null ? null : publicUrl + webhookPath(falId);
  const close = async (): Promise<void> => {
    client.close();
    await measurer.close();
  };
  // So that a price is there when somebody looks, and a wrong address is reported at the start.
  void prices.ready();
  return {
    id: falId,
    models: falRows.map((row): Model => {
      const job = createFalJob(row, { client, key: remote.key, webhookUrl });
      return {
        id: row.id,
        concurrency,
        describe: () => describe(row, prices.of(row.id)),
        ready: () => prices.ready(),
        checkOptions: (given) => checkOptions(row.options, given),
        ...remoteWork({ ...remote, id: row.id, job }),
        close,
      };
    }),
    webhook: webhookUrl === null ? undefined : createFalWebhook(client, remote.endings),
    trouble: () => remote.key.trouble(),
    close,
  };
}

function describe(row: FalRow, price: ModelDescription['price']): ModelDescription {
  return {
    id: row.id,
    name: row.name,
    description: `${row.description} Made at fal.ai, which the photo is sent to and which charges for it.`,
    options_schema: optionsJsonSchema(row.options),
    formats: [...downloadFormats],
    requires_key: true,
    price,
  };
}
