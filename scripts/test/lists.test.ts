import { expect, test } from 'vitest';
import { opensBrowser, vitestArguments } from './lists.ts';

test('without a path, each list runs its own tests', () => {
  expect(vitestArguments('short', ['-t', 'closed'])).toEqual(['--project=!long', '--maxWorkers=100%', '-t', 'closed']);
  expect(vitestArguments('short', ['--maxWorkers=1'])).toEqual(['--project=!long', '--maxWorkers=1']);
  expect(vitestArguments('long', ['-t', 'closed'])).toEqual(['--project=long', '-t', 'closed']);
});

test.each(['short', 'long'] as const)('a path given to the %s list runs all tests that it matches', (list) => {
  const args = ['packages/mesh', '-t', 'closed'];
  expect(vitestArguments(list, args)).toEqual(args);
});

test('a chosen project is kept', () => {
  expect(vitestArguments('short', ['--project=web'])).toEqual(['--project=web']);
  expect(vitestArguments('long', ['--project', 'node', '--project', 'web'])).not.toContain('--project=long');
});

test('a browser is looked for unless the paths need none', () => {
  expect(opensBrowser(['-t', 'closed'])).toBe(true);
  expect(opensBrowser(['e2e/journey.test.ts'])).toBe(true);
  expect(opensBrowser(['packages/client/test/browser'])).toBe(true);
  expect(opensBrowser(['packages/mesh', '-t', 'browser'])).toBe(false);
});
