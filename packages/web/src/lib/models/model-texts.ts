import type { ModelInfo } from '@image2model/protocol';
import { type ModelTexts, modelsEn, type OptionTexts } from '../messages/en/models.ts';
import { texts } from '../messages/texts.svelte.ts';
import type { OptionField } from './option-fields.ts';

/** The model's name in the reader's language; as the server has it for an unknown model. */
export function modelName({ id, name }: Pick<ModelInfo, 'id' | 'name'>): string {
  return textsOf(id)?.name ?? name;
}

/** What the model is good for, in the reader's language, or as the server has it. */
export function modelDescription({ id, description }: Pick<ModelInfo, 'id' | 'description'>): string {
  return textsOf(id)?.description ?? description;
}

/** The texts of a form for one of a model's options, in the reader's language, or as in the model's schema. */
export function optionTexts(modelId: string, { name, label, help }: Pick<OptionField, 'name' | 'label' | 'help'>) {
  const options: Readonly<Record<string, OptionTexts>> = textsOf(modelId)?.options ?? {};
  const own = Object.hasOwn(options, name) ? options[name] : undefined;
  const choices = own?.choices ?? {};
  return {
    label: own?.label ?? label,
    help: own?.help ?? help,
    /** The text for a value that is sent. */
    choice: (value: string | number) => (Object.hasOwn(choices, value) ? choices[value] : undefined) ?? String(value),
  };
}

function textsOf(id: string): ModelTexts | undefined {
  const models: Readonly<Record<string, ModelTexts>> = texts().models ?? modelsEn;
  return Object.hasOwn(models, id) ? models[id] : undefined;
}
