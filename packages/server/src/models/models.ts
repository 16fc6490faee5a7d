import type { Config } from '../config.ts';
import type { Engine } from '../engine/contract.ts';
import type { Log } from '../log.ts';
import type { Model } from './contract.ts';
import { createLocalModel } from './local/local.ts';
import type { Provider } from './provider.ts';
import type { RemoteTimings } from './remote/timings.ts';

interface ProviderOptions {
  config: Config;
  engine: Engine;
  log: Log;
  /** How long things at fal.ai may take; tests shorten it. */
  falTimings?: Partial<RemoteTimings> | undefined;
}

/** The providers that the settings name, each loaded only where it is used. Whoever opens them closes them. */
export async function openProviders({ config, engine, log, falTimings }: ProviderOptions): Promise<Provider[]> {
  if (config.fal === null) return [];
  const { createFal } = await import('./fal/fal.ts');
  return [createFal({ ...config.fal, engine, log, timings: falTimings })];
}

/**
 * Every model that this server offers, by its id: the local one, with so many threads, and those of the providers. The
 * local one is closed by whoever asked for it.
 */
export function collectModels(
  providers: readonly Provider[],
  { threads }: { threads: number },
): ReadonlyMap<string, Model> {
  const models = [createLocalModel({ threads }), ...providers.flatMap((provider) => provider.models)];
  return new Map(models.map((model) => [model.id, model]));
}
