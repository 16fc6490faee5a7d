import { expect, test } from 'vitest';
import { type VitestReport, countTests, countsFrom, sum, summary } from './count.ts';

const clean: VitestReport = {
  numPassedTests: 3,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults: [{ status: 'passed', assertionResults: [{ status: 'passed' }] }],
};

test('a clean run reads as such', () => {
  expect(summary(countTests(clean, 0))).toBe('3 passed, 0 failed');
});

test('skipped and planned tests are named', () => {
  expect(summary(countTests({ ...clean, numPendingTests: 2, numTodoTests: 1 }, 0))).toBe(
    '3 passed, 0 failed, 3 skipped',
  );
});

test('a file that cannot be loaded is a failure', () => {
  const broken = { status: 'failed', assertionResults: [] };
  expect(summary(countTests({ ...clean, testResults: [...clean.testResults, broken] }, 1))).toBe('3 passed, 1 failed');
});

test('a failing test in a file counts once', () => {
  const failing = { status: 'failed', assertionResults: [{ status: 'failed' }] };
  expect(summary(countTests({ ...clean, numFailedTests: 1, testResults: [failing] }, 1))).toBe('3 passed, 1 failed');
});

test('an exit code that says failure is believed though every test passed', () => {
  expect(countTests(clean, 1).failed).toBe(1);
});

test('a run without a report or without a test is a failure', () => {
  expect(countTests(undefined, 1)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  expect(countTests({ ...clean, numPassedTests: 0, testResults: [] }, 0).failed).toBe(1);
});

test('the counts of several runs are read back from what they printed, and added up', () => {
  const runs = ['some test\n\n12 passed, 0 failed\n', '3 passed, 1 failed, 2 skipped'].map(countsFrom);
  expect(summary(sum(runs))).toBe('15 passed, 1 failed, 2 skipped');
  expect(summary(sum(runs.slice(0, 1)))).toBe('12 passed, 0 failed');
});

test.each([
  ['printed nothing', ''],
  ['broke off', '12 passed, 0 failed\nRangeError: out of memory\n'],
  ['only mentions counts', 'Tests: 12 passed, 0 failed'],
])('a run that %s is a failure', (_, output) => {
  expect(countsFrom(output)).toEqual({ passed: 0, failed: 1, skipped: 0 });
});
