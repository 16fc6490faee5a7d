/** How a batch ended, in English. Apart from the others, since every client has them: the reducer says them. */
export const endingTexts = {
  'task.ready_one': 'The model is ready',
  'task.ready_both': 'Both models are ready',
  'task.ready_all': 'All {total} models are ready',
  'task.one_ready': '1 of {total} models is ready',
  'task.some_ready': '{ready} of {total} models are ready',
} as const;
