import type { ApiService } from '@image2model/client';
import type { ModelInfo } from '@image2model/protocol';
import { explain } from '../messages/errors.ts';
import { chosenOptions, type OptionField, optionFields } from './option-fields.ts';

/** What somebody chose, as it is kept for later. */
export interface ModelDraft {
  /** Id of the model; empty where nobody has chosen one. */
  model: string;
  /** By model, and within it by the name of the option. */
  options: Record<string, Record<string, unknown>>;
  faceLimit: string;
}

/** Which of the server's models is to be used, and with which options. */
export class ModelChoice {
  readonly #api: Pick<ApiService, 'getModels'>;
  #chosen = $state('');
  #default = $state('');
  #options: Record<string, Record<string, unknown>> = $state.raw({});
  models: readonly ModelInfo[] = $state.raw([]);
  /** Why there are no models to choose from: an error text. */
  error = $state('');
  /** As typed; empty for automatic. */
  faceLimit = $state('');
  /** Id of the model: what somebody chose, if this server has it, else the server's default. */
  readonly id: string = $derived(
    this.models.length === 0 || this.models.some(({ id }) => id === this.#chosen) ? this.#chosen : this.#default,
  );
  readonly model: ModelInfo | undefined = $derived(this.models.find(({ id }) => id === this.id));
  readonly fields: readonly OptionField[] = $derived(this.model ? optionFields(this.model.options_schema) : []);

  constructor(api: Pick<ApiService, 'getModels'>) {
    this.#api = api;
  }

  choose(id: string): void {
    this.#chosen = id;
  }

  /** The chosen options of the model, by name; each model keeps its own. `fields` lists what there is. */
  get options(): Record<string, unknown> {
    return this.#options[this.id] ?? {};
  }
  set options(options: Record<string, unknown>) {
    this.#options = { ...this.#options, [this.id]: options };
  }

  /** What to ask of the server. */
  get request() {
    return {
      model: this.id || undefined,
      faceLimit: this.faceLimit === '' ? undefined : Number(this.faceLimit),
      options: chosenOptions(this.fields, this.options),
    };
  }

  /** Everything that was chosen, of every model. */
  get draft(): ModelDraft {
    return { model: this.#chosen, options: this.#options, faceLimit: this.faceLimit };
  }

  /** Restores a draft. Whatever has been chosen since wins. */
  restore({ model, options, faceLimit }: ModelDraft): void {
    this.#chosen ||= model;
    this.#options = { ...options, ...this.#options };
    this.faceLimit ||= faceLimit;
  }

  /** Fetches the models that the server offers. */
  async load(): Promise<void> {
    const answer = await this.#api.getModels();
    this.error = answer.success ? '' : explain(answer);
    if (!answer.success) return;
    this.#default = answer.default_model;
    this.models = answer.models;
  }
}
