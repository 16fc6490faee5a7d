import { expect, test } from 'vitest';
import { nextStep } from './errors.ts';

test('a known code has advice of its own, any other the general one', () => {
  expect(nextStep('FACE_LIMIT_TOO_LOW')).toBe('Try again with a higher limit.');
  expect(nextStep('toString')).toBe('Try again, or use another photo.');
});
