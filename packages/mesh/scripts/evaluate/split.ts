import { createHash } from 'node:crypto';

/** `train` is for learning and tuning; figures are given on `test` alone. */
export type Split = 'train' | 'test';

/**
 * A third of all sources are for the test: those whose file name's SHA-256 begins with a byte under 0x55. By the name
 * without folders, so that anybody can tell; a picture and its mirror image share a name's stem in most packages.
 */
export function splitOf(file: string): Split {
  const name = file.slice(file.lastIndexOf('/') + 1);
  return createHash('sha256').update(name).digest()[0]! < 0x55 ? 'test' : 'train';
}
