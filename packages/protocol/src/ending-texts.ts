/** How a batch ended, in English. In a file of their own because the reducer, and so every client, includes them. */
export const endingTexts = {
  'task.ready_one': 'The model is ready',
  'task.ready_both': 'Both models are ready',
  'task.ready_all': 'All {total} models are ready',
  'task.one_ready': '1 of {total} models ready',
  'task.some_ready': '{ready} of {total} models ready',
} as const;
