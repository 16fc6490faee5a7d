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

test('nullable options, numbers that have names too, choices of numbers and exclusive bounds become fields too', () => {
  const properties = {
    size: { type: 'integer', enum: [512, 1024], default: 1024 },
    style: { enum: ['a', 'b'] },
    seed: { anyOf: [{ type: 'integer', minimum: 0, maximum: 9 }, { type: 'null' }], default: null },
    steps: { type: ['integer', 'null'], exclusiveMinimum: 0, exclusiveMaximum: 51 },
    prompt: { type: 'string', maxLength: 20 },
    depth: { anyOf: [{ type: 'number', minimum: 1, maximum: 100 }, { enum: ['medal', 'full'] }] },
  };
  const fields = optionFields({ properties });
  expect(fields).toMatchObject([
    { name: 'size', kind: 'choice', choices: [512, 1024], initial: 1024 },
    { name: 'style', kind: 'choice', initial: undefined },
    { name: 'seed', kind: 'number', min: 0, max: 9, step: 1, initial: undefined },
    { name: 'steps', kind: 'number', min: 1, max: 50 },
    { name: 'prompt', kind: 'text', maxLength: 20, initial: '' },
    { name: 'depth', kind: 'number', min: 1, max: 100, initial: undefined },
  ]);
  // What was chosen of another model under the same name is not this one's.
  expect(chosenOptions(fields, { size: 'HD', style: 'b', steps: 4 })).toEqual({ style: 'b', steps: 4 });
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
