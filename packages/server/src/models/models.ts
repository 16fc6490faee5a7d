import type { Fal } from './fal/fal.ts';
import { createLocalModel } from './local/local.ts';
import type { Model } from './contract.ts';

export interface ModelsOptions {
  /** Files generated at once, by each model. */
  concurrency: number;
  /** The hosted models, where there is a key for them. */
  fal?: Fal | undefined;
}

/** Every model that this server offers, by its id. Whoever makes them closes them. */
export function createModels({ concurrency, fal }: ModelsOptions): ReadonlyMap<string, Model> {
  const models = [createLocalModel({ threads: concurrency }), ...(fal?.models ?? [])];
  return new Map(models.map((model) => [model.id, model]));
}
