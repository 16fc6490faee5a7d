import { expect, it } from 'vitest';
import { localOptionsSchema } from './options.ts';

it.each(['__proto__', '20%', null, {}])('says of the depth %j what it can be', (depth) => {
  const [issue] = localOptionsSchema.safeParse({ depth }).error!.issues;
  expect(issue?.message).toBe('expected a number from 1 to 100, or one of medal, soft, full');
});
