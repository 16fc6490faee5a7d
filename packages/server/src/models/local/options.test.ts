import { message } from '@image2model/protocol';
import { expect, it } from 'vitest';
import { checkOptions } from '../check-options.ts';
import { localOptionsSchema } from './options.ts';

it.each(['__proto__', '20%', null, {}])('says of the depth %j what it can be', (depth) => {
  const values = { option: 'depth', min: 1, max: 100, names: 'medal, soft, full' };
  expect(checkOptions(localOptionsSchema, { depth })).toEqual({
    problems: [message('option.number_or_choice', values)],
  });
});
