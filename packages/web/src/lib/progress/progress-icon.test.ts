import { expect, test } from 'vitest';
import { progressIcon } from './progress-icon.ts';

test('the ring of the tab fills in steps, so that the icon changes seldom', () => {
  const at = (progress: number) => progressIcon({ status: 'processing', progress });
  expect(decodeURIComponent(at(42))).toContain('stroke-dasharray="40 100"');
  expect(at(42)).toBe(at(44.9));
  expect(at(45)).not.toBe(at(44.9));
});
