import type { FileStatus } from '@image2model/protocol';
import { expect, test } from 'vitest';
import { countsOf, countsText, progressOf } from './counts.ts';

const files = (...all: [FileStatus, number][]) =>
  all.map(([status, progress], index) => ({
    task_id: 't',
    sequence: index,
    timestamp: 0,
    file_id: `${index}`,
    filename: `${index}.png`,
    message: '',
    status,
    progress,
  }));

test('ready, failed and cancelled files are counted apart', () => {
  const all = files(['completed', 100], ['failed', 100], ['cancelled', 40], ['cancelled', 0], ['pending', 0]);
  expect(countsOf(all)).toEqual({ completed: 1, failed: 1, cancelled: 2 });
  expect(countsText({ files: all, total: 5 }, false)).toBe('1 of 5 ready · 1 failed · 2 cancelled');
  expect(countsText({ files: all, total: 5 }, true)).toBe('1 ready · 1 failed · 2 cancelled');
  expect(countsText({ files: files(['cancelled', 0]), total: 1 }, true)).toBe('1 cancelled');
});

test('a cancelled file is not progress: one of five cancelled and none made is nothing', () => {
  const all = files(['cancelled', 0], ['pending', 0], ['pending', 0], ['pending', 0], ['pending', 0]);
  expect(progressOf({ files: all, progress: 20 })).toBe(0);
  expect(countsText({ files: all, total: 5 }, false)).toBe('0 of 5 ready · 1 cancelled');
});

test('what is left of a batch still comes to its end', () => {
  expect(progressOf({ files: files(['cancelled', 10], ['completed', 100], ['failed', 100]), progress: 100 })).toBe(100);
  expect(progressOf({ files: files(['cancelled', 10], ['processing', 50]), progress: 75 })).toBe(50);
});

test('before the files are known, the figure of the wire stands', () => {
  expect(progressOf({ files: [], progress: 12 })).toBe(12);
});
