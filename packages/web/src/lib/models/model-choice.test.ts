import { ApiService } from '@image2model/client';
import { expect, test } from 'vitest';
import { serve } from '../../../test/serve.ts';
import { ModelChoice } from './model-choice.svelte.ts';

const model = (id: string) => ({
  id,
  options_schema: {
    type: 'object',
    properties: { depth: { type: 'string', enum: ['soft', 'full'], default: 'full' } },
  },
});

/** A choice from what a server offers: `a`, its default, and `b`; or from one that fails. */
async function setUp(status = 200): Promise<ModelChoice> {
  const baseUrl = await serve((_, response) => {
    response.writeHead(status, { 'content-type': status < 400 ? 'application/json' : 'application/problem+json' });
    response.end(JSON.stringify({ models: [model('a'), model('b')], default_model: 'a', code: 'INTERNAL_ERROR' }));
  });
  return new ModelChoice(new ApiService({ baseUrl }));
}

test('without a choice, or with one that the server does not have, the default is used', async () => {
  const choice = await setUp();
  await choice.load();
  expect(choice.request).toEqual({ model: 'a', faceLimit: undefined, options: {} });
  choice.choose('gone');
  expect(choice.id).toBe('a');
});

test('each model keeps its own options, and a draft restores all of them, but not over a newer choice', async () => {
  const choice = await setUp();
  await choice.load();
  choice.choose('b');
  choice.options = { depth: 'soft' };
  choice.faceLimit = '500';
  expect(choice.request).toEqual({ model: 'b', faceLimit: 500, options: { depth: 'soft' } });
  const later = await setUp();
  await later.load();
  later.faceLimit = '900';
  later.restore(choice.draft);
  expect(later.request).toEqual({ model: 'b', faceLimit: 900, options: { depth: 'soft' } });
  later.choose('a');
  expect(later.options).toEqual({});
});

test('a server that fails is an error, and the choice stays usable without models', async () => {
  const choice = await setUp(500);
  await choice.load();
  expect(choice.error).toBe('Something went wrong on the server. Try again.');
  expect([choice.request.model, choice.fields]).toEqual([undefined, []]);
});
