import { expect, test } from 'vitest';
import { chosenOptions, optionFields } from './option-fields.ts';

const schema = {
  type: 'object',
  properties: {
    depth: { type: 'string', enum: ['medal', 'full'], default: 'full', description: 'How thick' },
    fine_detail: { type: 'number', minimum: 0, maximum: 1, default: 0 },
    seed: { type: 'integer' },
    pbr: { type: 'boolean', default: true },
    nested: { type: 'object' },
  },
};

test('each option that a form can show becomes a field with a label, bounds and a default', () => {
  expect(optionFields(schema)).toEqual([
    { name: 'depth', label: 'Depth', help: 'How thick', kind: 'choice', choices: ['medal', 'full'], initial: 'full' },
    {
      name: 'fine_detail',
      label: 'Fine detail',
      help: undefined,
      kind: 'number',
      min: 0,
      max: 1,
      step: 0.05,
      initial: 0,
    },
    {
      name: 'seed',
      label: 'Seed',
      help: undefined,
      kind: 'number',
      min: undefined,
      max: undefined,
      step: 1,
      initial: undefined,
    },
    { name: 'pbr', label: 'Pbr', help: undefined, kind: 'switch', initial: true },
  ]);
});

test('a schema without properties has no fields', () => {
  expect(optionFields({})).toEqual([]);
});

test('only what somebody changed is sent', () => {
  const fields = optionFields(schema);
  expect(chosenOptions(fields, { depth: 'full', fine_detail: 0.5, seed: null, pbr: false })).toEqual({
    fine_detail: 0.5,
    pbr: false,
  });
});
