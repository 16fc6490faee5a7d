import { readPrior } from './prior.ts';
import type { Prior } from './prior.ts';

/**
 * The prior for a page or its worker. The bundler knows the address of `@image2model/mesh/prior.bin`; with Vite,
 * `import address from '@image2model/mesh/prior.bin?url'`.
 * @throws Error where the file does not come, or is damaged.
 */
export async function fetchPrior(address: string | URL, signal?: AbortSignal): Promise<Prior> {
  const response = await fetch(address, signal ? { signal } : {});
  if (!response.ok) throw new Error(`The weights of the prior did not load: ${address} answered ${response.status}.`);
  return readPrior(new Uint8Array(await response.arrayBuffer()));
}
