/** What is said of options of a model, in English: what each may be. */
export const optionTexts = {
  'option.number': '{option} must be a number from {min} to {max}.',
  'option.whole_number': '{option} must be a whole number from {min} to {max}.',
  'option.choice': '{option} must be one of: {names}.',
  'option.number_or_choice': '{option} must be a number from {min} to {max}, or one of: {names}.',
  'option.boolean': '{option} must be true or false.',
  'option.unknown': 'The model has no option {option}. Its options: {names}.',
  'option.object': 'The options must be a JSON object.',
} as const;
