import { expect, test } from 'vitest';
import { gaveUp } from './connection-errors.ts';
import { ApiError } from './errors.ts';

test.each([
  [0, 'Connection failed after 0 attempts'],
  [1, 'Connection failed after 1 attempt'],
  [2, 'Connection failed after 2 attempts'],
])('%i attempts are counted right', (attempts, said) => {
  expect(gaveUp(attempts, new ApiError('lost', { code: 'NETWORK_ERROR' })).message).toBe(said);
});
