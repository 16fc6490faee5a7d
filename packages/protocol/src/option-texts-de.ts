import type { optionTexts } from './option-texts.ts';

/** What is said of options of a model, in German. */
export const optionTextsDe: Readonly<Record<keyof typeof optionTexts, string>> = {
  'option.number': '{option} muss eine Zahl von {min} bis {max} sein.',
  'option.whole_number': '{option} muss eine ganze Zahl von {min} bis {max} sein.',
  'option.choice': 'Für {option} möglich: {names}.',
  'option.number_or_choice': 'Für {option} möglich: eine Zahl von {min} bis {max} oder {names}.',
  'option.boolean': '{option} muss true oder false sein.',
  'option.unknown': 'Das Modell hat keine Option {option}. Möglich: {names}.',
  'option.object': 'Die Optionen müssen ein JSON-Objekt sein.',
};
