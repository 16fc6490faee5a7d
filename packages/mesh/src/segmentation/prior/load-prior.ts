import { readFileSync } from 'node:fs';
import { readPrior } from './prior.ts';
import type { Prior } from './prior.ts';

let loaded: Prior | undefined;

/** The prior of this package, read from its file once. For Node; a page fetches the file and calls `readPrior`. */
export function loadPrior(): Prior {
  return (loaded ??= readPrior(readFileSync(new URL('../../../weights/prior.bin', import.meta.url))));
}
