import { expect, test } from 'vitest';
import { endingOf } from './ending.ts';

const sentence = 'No object stands out; give a mask, a cut-out, or a photo on a plain ground.';

test('a failure is a short heading, and the long sentence stands below it', () => {
  const ending = endingOf({ status: 'failed', message: sentence, details: { code: 'NO_FOREGROUND' } });
  expect(ending).toEqual({ title: 'No model could be made', reason: 'No object stands out in the photo.' });
});

test.each([
  ['completed', '2 of 3 models are ready', undefined, '2 of 3 models are ready'],
  ['cancelled', 'The task was cancelled', undefined, 'The batch was cancelled'],
  [
    'failed',
    'None of the 3 images became a model',
    { code: 'ALL_FILES_FAILED' },
    'None of the 3 photos became a model',
  ],
] as const)('what is short is the heading itself: %s', (status, message, details, title) => {
  expect(endingOf({ status, message, ...(details && { details }) })).toEqual({ title, reason: '' });
});
