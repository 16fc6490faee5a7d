import { setTimeout as sleep } from 'node:timers/promises';
import type { BaseLogger } from 'pino';
import { z } from 'zod';
import type { Engine } from '../../engine/contract.ts';
import { ModelError } from '../errors.ts';
import type { Model, ModelDescription } from '../contract.ts';
import { createFalClient } from './client.ts';
import type { FalClient, FalClientOptions, FalHandle } from './client.ts';
import { keyRefused } from './errors.ts';
import { generate } from './generate.ts';
import { readMemory } from './memory.ts';
import { createFalPrices } from './prices.ts';
import { createFalSpending } from './spending.ts';
import type { FalSpending } from './spending.ts';
import { falRows } from './table.ts';
import type { FalRow } from './table.ts';
import { createFalWebhooks } from './webhooks.ts';
import type { FalWebhooks } from './webhooks.ts';

export interface FalOptions extends FalClientOptions {
  dailyLimitUsd: number | null;
  /** Where fal reaches this server; null for no webhooks. */
  publicUrl: string | null;
  /** Where money is counted, and what knows how long things take here. */
  engine: Pick<Engine, 'reserve' | 'settle' | 'typicalSeconds'>;
  log: Pick<BaseLogger, 'info' | 'warn' | 'error'>;
}

/** fal.ai as this server has it. */
export interface Fal {
  /** One for each row of the table. Closed with `close`. */
  readonly models: readonly Model[];
  readonly webhooks: FalWebhooks;
  /** What an operator has to know now, in a few words; undefined where all is well. */
  trouble(): string | undefined;
  /** Waits for cancels that are under way, breaks everything else off. May be called twice. */
  close(): Promise<void>;
}

/** What every request works with. */
export interface FalContext {
  client: FalClient;
  spending: FalSpending;
  webhooks: FalWebhooks;
  /** Null where fal sends none. */
  webhookUrl: string | null;
  key: KeyState;
  log: FalOptions['log'];
  /** Work that nobody waits for; what it throws is logged. */
  later(work: Promise<unknown>): void;
  /** Cancels a request in the background. */
  cancelLater(handle: FalHandle): void;
  /** Seconds that a run of this model usually takes here, by this process's runs or else by the history of files. */
  typicalSeconds(model: string): Promise<number | undefined>;
  /** Takes in how long a run took, in seconds. */
  ran(model: string, seconds: number): void;
}

/** A refused key is told once, and not tried again for every file. */
export interface KeyState {
  /** @throws ModelError while the key counts as refused. */
  check: () => void;
  refused: () => void;
}

/** The path of the route that takes fal's webhooks. */
export const falWebhookPath = '/api/v1/webhooks/fal';
/** Runs remembered for each model. */
const keptRuns = 31;
const cancelTries = 3;
/** Requests of a model at once, where its row says nothing else. */
const atOnce = 8;

export function createFal(options: FalOptions): Fal {
  const { dailyLimitUsd, publicUrl, engine, log } = options;
  const client = createFalClient(options);
  const prices = createFalPrices(
    client,
    falRows.map(({ id }) => id),
    log,
  );
  const webhooks = createFalWebhooks(client);
  const key = createKeyState(client.timings.keyRefusedMs, log);
  const background = new Set<Promise<unknown>>();
  const runs = new Map<string, number[]>();

  const later = (work: Promise<unknown>): void => {
    const done: Promise<unknown> = work
      .catch((error: unknown) => log.warn({ err: error }, 'A request at fal.ai could not be cancelled'))
      .finally(() => background.delete(done));
    background.add(done);
  };
  const context: FalContext = {
    client,
    spending: createFalSpending({ prices, ledger: engine, dailyLimitUsd }),
    webhooks,
    webhookUrl: publicUrl === null ? null : publicUrl + falWebhookPath,
    key,
    log,
    later,
    cancelLater: (handle) => later(cancel(client, handle)),
    typicalSeconds: async (model) => median(runs.get(model) ?? []) ?? (await engine.typicalSeconds(model)) ?? undefined,
    ran(model, seconds) {
      const kept = runs.get(model) ?? [];
      runs.set(model, [...kept, seconds].slice(-keptRuns));
    },
  };
  // So that a price is there when somebody looks, and a wrong address is told at the start.
  void prices.ready();

  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    const given = new AbortController();
    await Promise.race([
      drained(background),
      sleep(closeWithinMs, undefined, { signal: given.signal }).catch(() => undefined),
    ]);
    given.abort();
    client.close();
    await drained(background);
  };
  const fal: Fal = {
    models: falRows.map((row) => ({
      id: row.id,
      concurrency: row.concurrency ?? atOnce,
      describe: () => describeRow(row, prices.of(row.id)),
      ready: () => prices.ready(),
      checkOptions: (given) => checkOptions(row, given),
      generate: (input, chosen, of) => generate(context, row, input, chosen, of),
      abandon(remembered) {
        const memory = readMemory(remembered);
        if (memory?.step === 'submitted') context.cancelLater({ model: row.id, requestId: memory.requestId });
      },
      close: () => fal.close(),
    })),
    webhooks,
    trouble: () => key.trouble(),
    close: () => (closed ??= close()),
  };
  return fal;
}

/** How long cancels may take once the server closes, in ms. */
const closeWithinMs = 3000;

function describeRow(row: FalRow, price: ModelDescription['price']): ModelDescription {
  return {
    id: row.id,
    name: row.name,
    description: `${row.description} Made at fal.ai, which the photo is sent to and which charges for it.`,
    options_schema: z.toJSONSchema(row.options, { io: 'input' }),
    formats: ['glb', 'obj', 'stl', 'ply', 'usdz'],
    requires_key: true,
    price,
  };
}

function checkOptions(row: FalRow, given: unknown): ReturnType<Model['checkOptions']> {
  const parsed = row.options.safeParse(given ?? {});
  if (parsed.success) return { options: parsed.data };
  return {
    problems: parsed.error.issues.map(({ path, message }) =>
      path.length > 0 ? `${path.join('.')}: ${message}` : message,
    ),
  };
}

function createKeyState(refusedMs: number, log: FalOptions['log']): KeyState & { trouble(): string | undefined } {
  let until = -Infinity;
  const isRefused = (): boolean => performance.now() < until;
  return {
    check() {
      if (isRefused()) throw keyRefused();
    },
    refused() {
      if (!isRefused()) log.error({ code: 'PROVIDER_KEY_REFUSED' }, keyRefused().message);
      until = performance.now() + refusedMs;
    },
    trouble: () => (isRefused() ? keyRefused().message : undefined),
  };
}

/** Best effort: 202, 400 and 404 all mean that nothing is left to do. */
async function cancel(client: FalClient, handle: FalHandle): Promise<void> {
  let failure: unknown;
  for (let tries = 0; tries < cancelTries; tries += 1) {
    try {
      const { status } = await client.cancel(handle);
      if (status < 500 && status !== 429) return;
      failure = new ModelError('PROVIDER_UNAVAILABLE', `fal.ai answered a cancel with ${status}`);
    } catch (error) {
      failure = error;
    }
    await sleep(client.timings.firstBackoffMs, undefined, { signal: client.closing });
  }
  throw failure;
}

/** Resolves when nothing is left; a request that is named only meanwhile brings its cancel after it. */
async function drained(work: ReadonlySet<Promise<unknown>>): Promise<void> {
  while (work.size > 0) await Promise.all(work);
}

function median(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
