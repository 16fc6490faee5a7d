import { parentPort, workerData } from 'node:worker_threads';
import { scenes, scaled } from './scenes/index.ts';
import { renderRow } from './trace.ts';

/** Worker: renders every `step`-th row from `first` of the scene it is given, and posts each as it is done. */
const { name, scale, first, step } = workerData as {
  name: keyof typeof scenes;
  scale: number;
  first: number;
  step: number;
};
const scene = scaled(scenes[name], scale);
if (parentPort === null) throw new Error('this file is a worker of make.ts');
for (let row = first; row < scene.height; row += step) {
  const pixels = renderRow(scene, row);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker's port, not a window
  parentPort.postMessage({ row, pixels });
}
