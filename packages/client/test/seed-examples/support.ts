import { onTestFinished } from 'vitest';
import { startCuttingProxy } from '../../../../e2e/support/cutting-proxy.ts';
import type { CuttingProxy, CuttingProxyOptions } from '../../../../e2e/support/cutting-proxy.ts';
import { api } from '../../src/index.ts';
import type { ProgressCallbacks, UploadAnswer } from '../../src/index.ts';
import { disc } from '../support/png.ts';

/** Uploads so many photos of discs, of different colours. */
export async function uploadDiscs(baseUrl: string, count: number): Promise<UploadAnswer> {
  api.setBaseUrl(baseUrl);
  const photos = Array.from({ length: count }, (_, index) => disc(256, [(40 + 15 * index) % 256, 90, 160]));
  const upload = await api.uploadBatch(photos, { faceLimit: 500, reuse: false });
  if (!upload.success) throw upload.cause;
  return upload;
}

/** A proxy to the server, closed at the end of the test; the examples use it from now on. */
export async function useProxy(target: string, options?: CuttingProxyOptions): Promise<CuttingProxy> {
  const proxy = await startCuttingProxy(target, options);
  onTestFinished(async () => await proxy.close());
  api.setBaseUrl(proxy.url);
  return proxy;
}

/** Callbacks that note what was called, and a promise of the ending. */
export function observe() {
  const sequences: number[] = [];
  const endings: string[] = [];
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  const end = (name: string) => {
    endings.push(name);
    resolve();
  };
  const callbacks: ProgressCallbacks = {
    onTaskUpdate: (...[, data]) => sequences.push(data.sequence),
    onComplete: () => end('completed'),
    // oxlint-disable-next-line typescript/restrict-template-expressions -- apps do this
    onError: (error) => end(`${error}`),
  };
  return { callbacks, sequences, endings, ended };
}
