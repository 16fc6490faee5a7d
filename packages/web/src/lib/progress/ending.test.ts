import { expect, test } from 'vitest';
import { endingOf } from './ending.ts';

const sentence = 'No object stands out; give a mask, a cut-out, or a photo on a plain ground.';

test('a failure is a short heading, and the long sentence stands below it', () => {
  const ending = endingOf({ status: 'failed', message: sentence, details: { code: 'NO_FOREGROUND' } });
  expect(ending).toEqual({ title: 'No model could be made', reason: sentence });
});

test.each([
  ['completed', '2 of 3 models are ready', undefined],
  ['cancelled', 'The batch was cancelled', undefined],
  ['failed', 'None of the 3 photos became a model', { code: 'ALL_FILES_FAILED' }],
] as const)('what is short is the heading itself: %s', (status, message, details) => {
  expect(endingOf({ status, message, ...(details && { details }) })).toEqual({ title: message, reason: '' });
});
