import { createLocalModel } from './local.ts';
import type { Model } from './model.ts';

export interface ModelsOptions {
  /** Files generated at once, by each model. */
  concurrency: number;
}

/** Every model that this server offers, by its id. Whoever makes them closes them. */
export function createModels({ concurrency }: ModelsOptions): ReadonlyMap<string, Model> {
  const models = [createLocalModel({ threads: concurrency })];
  return new Map(models.map((model) => [model.id, model]));
}
