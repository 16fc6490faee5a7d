import { message } from '@image2model/protocol';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { checkOptions } from './check-options.ts';
import { falRows } from './fal/table.ts';
import { localOptionsSchema } from './local/options.ts';

const schema = z.strictObject({
  steps: z.int().min(1).max(50).default(12),
  scale: z.number().min(0).max(2).default(1),
  pbr: z.boolean().default(true),
  tier: z.enum(['Regular', 'Sketch']).default('Regular'),
});

it('fills in what is left out', () => {
  const options = { steps: 12, scale: 1, pbr: true, tier: 'Regular' };
  expect(checkOptions(schema, undefined)).toEqual({ options });
  expect(checkOptions(schema, { tier: 'Sketch' })).toEqual({ options: { ...options, tier: 'Sketch' } });
});

it('says once for each option what it may be, whatever is wrong with it', () => {
  for (const steps of [0, 51, 1.5, Number.NaN, Infinity, '12', null, {}]) {
    expect(checkOptions(schema, { steps })).toEqual({
      problems: [message('option.whole_number', { option: 'steps', min: 1, max: 50 })],
    });
  }
  const unknown = JSON.parse('{"__proto__":1,"colour":2}') as object;
  expect(checkOptions(schema, { scale: 3, pbr: 'yes', tier: 'constructor', colour: 2 })).toEqual({
    problems: [
      message('option.number', { option: 'scale', min: 0, max: 2 }),
      message('option.boolean', { option: 'pbr' }),
      message('option.choice', { option: 'tier', names: 'Regular, Sketch' }),
      message('option.unknown', { option: 'colour', names: 'steps, scale, pbr, tier' }),
    ],
  });
  expect(checkOptions(schema, unknown)).toMatchObject({
    problems: [{ values: { option: '__proto__' } }, { values: { option: 'colour' } }],
  });
  expect(checkOptions(schema, ['a list'])).toEqual({ problems: [message('option.object')] });
});

it('has a sentence that can be translated for every option that there is', () => {
  for (const options of [localOptionsSchema, ...falRows.map((row) => row.options)]) {
    for (const name of Object.keys(options.shape)) {
      const checked = checkOptions(options, { [name]: [] });
      expect(checked).toEqual({ problems: [expect.objectContaining({ id: expect.stringMatching(/^option\./) })] });
    }
  }
});
