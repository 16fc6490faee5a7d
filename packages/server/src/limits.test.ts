import { expect, it } from 'vitest';
import { readLimits } from './limits.ts';

it.each([
  [1024, { maxConnections: 768, maxIdleConnections: 192, maxStreams: 672 }],
  [1_048_576, { maxConnections: 1_046_528, maxIdleConnections: 4096, maxStreams: 1_045_504 }],
  [64, { maxConnections: 16, maxIdleConnections: 8, maxStreams: 8 }],
  [Infinity, { maxConnections: Infinity, maxIdleConnections: 4096, maxStreams: Infinity }],
])('shares out %s open files', (descriptors, shares) => {
  expect(readLimits(descriptors)).toEqual({ descriptors, ...shares });
});

it('reads the limit of this process', () => {
  expect(readLimits().descriptors).toBeGreaterThan(64);
});
